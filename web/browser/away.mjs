// The connection goes away and comes back, at the console and at the widget.
import { answer, play } from './stage.mjs';

/** Makes the page's sockets go through a door that can be shut. */
async function door(page, path) {
  const sockets = new Set();
  let shut = false;
  await page.routeWebSocket(new RegExp(path), (socket) => {
    if (shut) return void socket.close();
    sockets.add(socket);
    socket.connectToServer();
  });
  return {
    async close() {
      shut = true;
      for (const socket of sockets) await socket.close();
      sockets.clear();
    },
    open: () => (shut = false),
  };
}

await play(async (stage) => {
  const agent = await stage.page('ben');
  const atAgent = await door(agent, '/console$');
  await stage.logIn(agent, 'ben');
  const customer = await stage.customer('customer');
  const atCustomer = await door(customer.page, '/chat$');
  await customer.goesTo(agent, 'Ana Costa', 'Hello there');

  await atAgent.close();
  await agent.getByText('Not connected for').waitFor();
  await agent.getByTestId('composer').fill('Written without a connection');
  await agent.getByTestId('send').click();
  await agent.getByText('Goes out when connected').waitFor();
  await stage.shot(agent, 'away-agent');
  stage.same(await customer.panel.getByText('Written without').count(), 0, 'nothing has gone out');
  atAgent.open();
  await customer.hears('Written without a connection');
  await stage.until(async () => (await agent.getByText('Not connected for').count()) === 0, 'the bar goes when the connection is back');
  stage.same(await agent.getByTestId('transcript').getByText('Written without a connection').count(), 1, 'it is there once');

  // What came in meanwhile may change the answer: a person decides.
  await atAgent.close();
  await agent.getByText('Not connected for').waitFor();
  await customer.say('Wait, I have found it!');
  await agent.getByTestId('composer').fill('Shall I send you another one?');
  await agent.getByTestId('send').click();
  atAgent.open();
  await agent.getByText('Something came in before this was sent').waitFor();
  await agent.getByTestId('transcript').getByText('Wait, I have found it!').waitFor();
  await stage.shot(agent, 'away-look-first');
  stage.same(await customer.panel.getByText('another one?').count(), 0, 'an answer to what was not seen waits');
  await agent.getByRole('button', { name: 'Send as it is' }).click();
  await customer.hears('another one?');

  await atCustomer.close();
  await customer.hears('You are offline');
  await customer.composer.fill('Written in a tunnel');
  await customer.panel.getByTestId('send').click();
  await answer(agent, 'Said meanwhile');
  await stage.shot(customer.page, 'away-customer');
  atCustomer.open();
  await agent.getByTestId('transcript').getByText('Written in a tunnel').waitFor();
  await customer.hears('Said meanwhile');
  stage.same(await customer.panel.getByText('Written in a tunnel').count(), 1, 'the customer\'s words are there once');
});
