// The consoles in the smallest usual window, and at a zoom of 200 % in it.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const supervisor = await stage.desk('sam');
  const customer = await stage.customer('customer');
  await customer.goesTo(agent, 'Ana Costa', 'My tent came with a broken pole, order TO-441100');
  for (let index = 0; index < 8; index += 1) await answer(agent, `A long answer, number ${index}. `.repeat(6).trim());

  const needed = (desk) => [[desk.getByTestId('presence'), 'the presence'], [desk.getByTestId('session-item').first(), 'the session'], [desk.getByTestId('composer'), 'the composer'], [desk.getByTestId('send'), 'the button that sends'], [desk.getByTestId('transfer-open'), 'the transfer'], [desk.getByTestId('wrap-open'), 'the wrap-up']];
  await stage.fits(agent, 'the agent console at 1366x768');
  for (const [locator, what] of [...needed(agent), [agent.getByTestId('facts'), 'the customer\'s facts']]) await stage.inView(locator, `${what} at 1366x768`);
  await stage.shot(agent, 'windows-agent');
  await stage.fits(supervisor, 'the supervisor console at 1366x768');
  await stage.shot(supervisor, 'windows-supervisor');

  await supervisor.evaluate(() => localStorage.setItem('tandem:language', 'de'));
  await supervisor.reload();
  await supervisor.getByTestId('board-session').first().click();
  await supervisor.getByTestId('close-all').click();
  await supervisor.getByText('Bis Sie wieder öffnen').waitFor();
  await stage.fits(supervisor, 'the German supervisor console');
  await stage.accessibleInBoth(supervisor, 'the German supervisor console');
  await stage.shot(supervisor, 'windows-supervisor-german');
  await supervisor.evaluate(() => localStorage.setItem('tandem:language', 'en'));
  await supervisor.reload();
  await supervisor.getByTestId('board-session').first().waitFor();

  // 200 % of 1366x768 is as many CSS pixels as half of it.
  const half = { width: 683, height: 384 };
  await agent.setViewportSize(half);
  await stage.fits(agent, 'the agent console at 200 %');
  for (const [locator, what] of needed(agent)) await stage.inView(locator, `${what} at 200 %`);
  const transcript = await agent.getByTestId('transcript').boundingBox();
  stage.promise(120 <= transcript.height && 320 <= transcript.width, `the transcript can be read at 200 % (${transcript.width}x${transcript.height})`);
  await stage.shot(agent, 'windows-agent-200');
  await agent.getByTestId('customer-open').click();
  await stage.inView(agent.getByTestId('facts'), 'the customer\'s facts at 200 %, when asked for');
  await stage.shot(agent, 'windows-agent-200-customer');
  await agent.keyboard.press('Escape');
  await agent.getByTestId('wrap-open').click();
  await stage.inView(agent.getByTestId('wrap-done'), 'the end of the wrap-up at 200 %');
  await stage.shot(agent, 'windows-agent-200-wrap');

  await supervisor.setViewportSize(half);
  await stage.fits(supervisor, 'the supervisor console at 200 %');
  await supervisor.getByTestId('board-session').first().click();
  await supervisor.getByTestId('monitor').click();
  await supervisor.getByTestId('whisper-input').waitFor();
  await stage.inView(supervisor.getByTestId('whisper-input'), 'the whisper at 200 %');
  await stage.shot(supervisor, 'windows-supervisor-200');
});
