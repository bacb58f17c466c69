// An agent picks from the list of what waits; for the others it is gone. Who is away sees why not now.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const colleague = await stage.desk('chloe');
  await agent.getByText('Nothing waits to be picked.').waitFor();
  const customer = await stage.customer('customer');
  await customer.start('Ana Costa');
  await customer.say('My tent came with a broken pole');
  await customer.panel.getByTestId('request-person').click();

  const listed = (desk) => desk.getByTestId('pickable').filter({ hasText: 'Ana Costa' });
  await listed(agent).waitFor();
  await listed(colleague).waitFor();
  stage.promise(/Support/.test(await listed(agent).innerText()), 'the list says which queue it waits in');
  stage.same(await agent.getByTestId('offer').count(), 0, 'nothing rings');
  await stage.accessibleInBoth(agent, 'the list to pick from');
  await stage.shot(agent, 'picking-list');

  await colleague.getByTestId('presence').click();
  await colleague.getByTestId('presence-break').click();
  await listed(colleague).getByTestId('not-now').getByText('You are not available').waitFor();
  stage.promise(await listed(colleague).getByTestId('pick').isDisabled(), 'who is on a break cannot pick');
  await stage.shot(colleague, 'picking-not-now');

  await listed(agent).getByTestId('pick').focus();
  await agent.keyboard.press('Enter');
  await agent.getByTestId('session-item').filter({ hasText: 'Ana Costa' }).waitFor();
  await agent.getByTestId('transcript').getByText('broken pole').first().waitFor();
  await agent.getByText('Nothing waits to be picked.').waitFor();
  await colleague.getByText('Nothing waits to be picked.').waitFor();
  await answer(agent, 'Hello Ana, I send you a new pole.');
  await customer.hears('a new pole');
  await stage.shot(agent, 'picking-picked');
});
