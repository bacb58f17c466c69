// An agent declines an offer for a reason, by the keyboard; a supervisor sees why it waits, and gives it
// to another agent, who has it at once.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const supervisor = await stage.desk('sam');
  const customer = await stage.customer('customer');
  await customer.start('Ana Costa');
  await customer.say('Hello there');
  await customer.panel.getByTestId('request-person').click();

  await agent.getByTestId('offer').waitFor();
  await agent.keyboard.press('d');
  const reasons = agent.getByRole('group', { name: 'Why do you decline?' });
  await reasons.waitFor();
  await stage.until(() => agent.getByTestId('offer-decline-writing').evaluate((button) => button === document.activeElement), 'the first reason has the focus');
  await stage.accessibleInBoth(agent, 'the reasons to decline');
  await stage.shot(agent, 'giving-reasons');
  await agent.keyboard.press('Tab');
  await agent.keyboard.press('Enter');
  await stage.until(async () => (await agent.getByTestId('offer').count()) === 0, 'what is declined rings no more');

  const row = supervisor.getByTestId('board-session').filter({ hasText: 'Ana Costa' });
  await row.getByTestId('why').click();
  const why = supervisor.getByTestId('explanation');
  await why.waitFor();
  const text = await why.innerText();
  stage.promise(/Ben Okafor (?!is offline)/.test(text), `the explanation says what Ben did: ${text}`);
  await stage.shot(supervisor, 'giving-why');

  const colleague = await stage.desk('chloe');
  await colleague.getByTestId('offer').waitFor();
  const give = supervisor.getByTestId('give');
  stage.promise(await give.isDisabled(), 'nothing is given before somebody is chosen');
  await supervisor.getByTestId('give-to').selectOption('ben');
  await stage.accessibleInBoth(supervisor, 'a task to give');
  await give.focus();
  await supervisor.keyboard.press('Enter');
  await supervisor.getByTestId('notice').getByText('Ana Costa was given to Ben Okafor.').waitFor();
  await agent.getByTestId('session-item').filter({ hasText: 'Ana Costa' }).waitFor();
  await stage.until(async () => (await colleague.getByTestId('offer').count()) === 0, 'it rings nowhere else');
  await stage.shot(colleague, 'giving-rings-no-more');
  await agent.getByTestId('session-item').filter({ hasText: 'Ana Costa' }).click();
  await answer(agent, 'Hello, Ben here.');
  await customer.hears('Ben here');
  await stage.until(async () => /Ben Okafor/.test(await row.innerText()), 'the board says who has it');
  await supervisor.getByTestId('explain-now').click();
  await stage.until(async () => /Chloé Brandt it was given to another/.test(await why.innerText()), 'the explanation says that it was given, not chosen');
  await stage.shot(supervisor, 'giving-given');
});
