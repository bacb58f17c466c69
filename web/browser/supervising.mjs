// A supervisor reads along unseen, whispers, joins, and takes the session over.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const supervisor = await stage.desk('sam');
  const customer = await stage.customer('customer');
  await customer.goesTo(agent, 'Ana Costa', 'Hello there');
  await answer(agent, 'One moment, I look it up.');
  await customer.hears('One moment, I look it up.');
  const beforehand = await customer.messages.count();

  const row = supervisor.getByTestId('board-session').filter({ hasText: 'Ana Costa' });
  await row.click();
  await supervisor.getByTestId('monitor').click();
  const along = supervisor.getByTestId('transcript');
  await along.getByText('One moment, I look it up.').waitFor();
  await customer.say('It was TO-441100');
  await along.getByText('It was TO-441100').waitFor();
  await stage.shot(supervisor, 'supervising-monitor');

  await supervisor.getByTestId('whisper-input').fill('She is a gold customer: refund it.');
  await supervisor.getByTestId('whisper-send').click();
  await agent.getByTestId('event-note').getByText('gold customer').waitFor();
  await stage.shot(agent, 'supervising-whisper');

  await supervisor.getByTestId('barge').click();
  await supervisor.getByTestId('whisper-input').and(supervisor.getByLabel('Message to the customer')).fill('Sam here, I supervise. You will get it back today.');
  await supervisor.getByTestId('whisper-send').click();
  await customer.hears('You will get it back today.');
  await agent.getByTestId('transcript').getByText('You will get it back today.').waitFor();
  stage.same(await customer.panel.getByText('gold customer').count(), 0, 'the customer does not see a whisper');
  stage.same(await customer.messages.count(), beforehand + 2, 'the customer sees their own message and the supervisor\'s, no more');

  await supervisor.getByTestId('take-over').click();
  await supervisor.getByTestId('session-item').filter({ hasText: 'Ana Costa' }).waitFor();
  await stage.until(async () => (await agent.getByTestId('session-item').count()) === 0, 'the agent is free of it');
  await answer(supervisor, 'It is done: 349 € are on their way.');
  await customer.hears('It is done: 349 €');
  await stage.shot(supervisor, 'supervising-taken-over');
  await stage.shot(customer.page, 'supervising-customer');
});
