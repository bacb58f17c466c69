// An email is held while a chat has its agent: the console says so, for what, and that it is back.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('chloe');
  const supervisor = await stage.desk('sam');
  await agent.getByTestId('offer-accept').first().click();
  const mail = agent.getByTestId('session-item').filter({ hasText: 'email' });
  await mail.waitFor();
  await agent.getByTestId('transcript').getByText('My tent leaks').waitFor();

  const customer = await stage.customer('customer');
  await customer.start('Ana Costa');
  await customer.say('Hello there');
  await customer.panel.getByTestId('request-person').click();
  await agent.getByTestId('offer-accept').first().click();
  await agent.getByTestId('transcript').getByText('Hello there').waitFor();
  await mail.getByTestId('held-item').waitFor();
  await agent.getByTestId('notice').getByText('is on hold for what comes first').waitFor();
  await stage.shot(agent, 'holding-list');

  await mail.click();
  const held = agent.getByTestId('held');
  await held.getByText('Ana Costa comes first').waitFor();
  await agent.getByTestId('transcript').getByText('On hold: Chloé Brandt serves what comes first').waitFor();
  await stage.inView(held, 'what says that the email is held');
  await stage.accessibleInBoth(agent, 'work that is held');
  await stage.shot(agent, 'holding-held');
  await supervisor.getByTestId('board-session').getByText('Chloé Brandt, on hold').waitFor();
  await stage.shot(supervisor, 'holding-board');

  await agent.getByTestId('held-for').click();
  await answer(agent, 'Hello Ana, it is solved.');
  await customer.hears('it is solved');
  await agent.getByTestId('wrap-open').click();
  await agent.getByTestId('disposition-resolved').click();
  await agent.getByTestId('wrap-done').click();
  await agent.getByTestId('notice').getByText('is no longer on hold').waitFor();
  stage.same(await agent.getByTestId('held-item').count(), 0, 'nothing is held any more');
  await mail.click();
  await agent.getByTestId('transcript').getByText('No longer on hold: Chloé Brandt goes on').waitFor();
  stage.same(await held.count(), 0, 'what was held goes on');
  await stage.shot(agent, 'holding-back');
});
