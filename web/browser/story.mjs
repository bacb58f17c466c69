// One story in three browsers: a customer on the shop's page, an agent, a supervisor.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const supervisor = await stage.desk('sam');
  stage.promise((await agent.getByTestId('view-supervisor').count()) === 0, 'an agent is not offered the supervisors\' view');
  // Where a supervisor lands without asking for it.
  await supervisor.getByTestId('board-queue-support').waitFor();

  const customer = await stage.customer('customer');
  await customer.start();
  await customer.say('How long does standard delivery take? It is about order TO-441100');
  await customer.hears('working days');
  await stage.shot(customer.page, '1-the-bot-answers');

  await customer.panel.getByTestId('request-person').click();
  await agent.getByTestId('offer').waitFor();
  await agent.getByText('TO-441100').first().waitFor();
  await stage.shot(agent, '2-the-offer-rings');
  await supervisor.getByTestId('board-session').first().waitFor();
  await stage.shot(supervisor, '3-the-supervisor-sees-it');

  await agent.getByTestId('offer-accept').click();
  await answer(agent, 'Hello, Ben here. I have your order in front of me.');
  await customer.hears('Ben here');
  await stage.shot(agent, '4-the-agent-answers');

  await customer.say('Thank you, that was quick!');
  await agent.getByText('that was quick').first().waitFor();
  await stage.shot(customer.page, '5-the-customer');

  await agent.goto(`${stage.base}/#/supervisor`);
  await agent.reload();
  await agent.getByTestId('session-item').first().waitFor();
  stage.promise((await agent.getByTestId('board-queue-support').count()) === 0, 'an agent who asks for the supervisors\' view stays in their own');
});
