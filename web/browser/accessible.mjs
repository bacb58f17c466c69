// Looks with axe at every face of the widget and of both consoles.
import { answer, play } from './stage.mjs';

for (const colorScheme of ['light', 'dark']) {
  await play(async (stage) => {
    const agent = await stage.desk('ben', { colorScheme });
    const supervisor = await stage.desk('sam', { colorScheme });
    const look = (frame, where) => stage.accessible(frame, `${where}, ${colorScheme}`);
    await look(agent, 'the empty agent console');

    const customer = await stage.customer('customer', { colorScheme });
    await look(customer.page, 'the page with the widget closed');
    await customer.open();
    await customer.panel.getByTestId('start').waitFor();
    await look(customer.page, 'the page with the widget open');
    await look(customer.frame, 'the form before the chat');
    await customer.start('Ana Costa');
    await customer.say('Where is my parcel, order TO-441100?');
    await customer.panel.getByTestId('request-person').click();
    await agent.getByTestId('offer').waitFor();
    await look(agent, 'the agent console with an offer');
    await supervisor.getByTestId('board-session').first().waitFor();
    await look(supervisor, 'the supervisor console');

    await agent.getByTestId('offer-accept').click();
    await answer(agent, 'Hello, Ben here.');
    await customer.hears('Ben here');
    await look(customer.frame, 'the chat');
    await agent.getByTestId('note-toggle').click();
    await answer(agent, 'A note for the team');
    await look(agent, 'the agent console in a session');
    for (const sheet of ['transfer', 'wrap']) {
      await agent.getByTestId(`${sheet}-open`).click();
      await agent.getByRole('dialog').first().waitFor();
      await look(agent, `the ${sheet} sheet`);
      await agent.keyboard.press('Escape');
    }
    await agent.keyboard.press('Control+k');
    await look(agent, 'the palette');
    await agent.keyboard.press('Escape');
    await agent.getByTestId('help-open').click();
    await look(agent, 'the help');
    await agent.keyboard.press('Escape');
    await agent.getByTestId('presence').click();
    await look(agent, 'the choice of presence');
    await agent.keyboard.press('Escape');

    await supervisor.getByTestId('board-session').first().click();
    await supervisor.getByTestId('monitor').click();
    await supervisor.getByTestId('whisper-input').waitFor();
    await supervisor.getByTestId('why-here').click();
    await supervisor.getByTestId('explanation').waitFor();
    await look(supervisor, 'a session beside the board');
    await supervisor.getByTestId('board-agent-ben').click();
    await look(supervisor, 'an agent beside the board');

    await customer.panel.getByTestId('end').click();
    await look(customer.frame, 'the question before the end');
    await customer.panel.getByTestId('end-confirm').click();
    await customer.panel.getByTestId('rate-4').click();
    await look(customer.frame, 'the rating');
    await stage.shot(customer.page, `rating-${colorScheme}`);
    await stage.shot(agent, `agent-${colorScheme}`);
    await stage.shot(supervisor, `supervisor-${colorScheme}`);
  });
}
