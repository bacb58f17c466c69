// An offer rings at two agents at once; the first who accepts has it, and the other is told.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ana');
  const colleague = await stage.desk('chloe');
  const supervisor = await stage.desk('sam');
  const customer = await stage.customer('customer');
  await customer.start('Bo Dahl');
  await customer.say('Hello there');
  await customer.panel.getByTestId('request-person').click();
  await agent.getByTestId('offer').waitFor();
  await colleague.getByTestId('offer').waitFor();
  const row = supervisor.getByTestId('board-session').filter({ hasText: 'Bo Dahl' });
  await stage.until(async () => /Ana Silva/.test(await row.innerText()) && /Chloé Brandt/.test(await row.innerText()), 'the board names both that it rings at');
  await stage.shot(colleague, 'ringing-at-two');
  await stage.shot(supervisor, 'ringing-board');

  await agent.keyboard.press('a');
  await agent.getByTestId('session-item').filter({ hasText: 'Bo Dahl' }).waitFor();
  await colleague.getByTestId('notice').getByText('Bo Dahl went to somebody else.').waitFor();
  stage.same(await colleague.getByTestId('offer').count(), 0, 'it rings no more at the other');
  stage.same(await colleague.getByTestId('session-item').count(), 0, 'and is not in the other\'s hands');
  await stage.accessibleInBoth(colleague, 'the word why it rings no more');
  await stage.shot(colleague, 'ringing-gone');
  await answer(agent, 'Hello, Ana here.');
  await customer.hears('Ana here');
});
