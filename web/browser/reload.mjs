// Both sides load their pages anew while the other writes: nothing is missing, nothing is there twice.
import { answer, play } from './stage.mjs';

const words = Array.from({ length: 6 }, (_, index) => `word ${index + 1} of the customer`);
const answers = Array.from({ length: 6 }, (_, index) => `answer ${index + 1} of the agent`);

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const customer = await stage.customer('customer');
  await customer.goesTo(agent, 'Ana Costa', 'Hello there');

  for (const [index, word] of words.entries()) {
    // Each side comes back into a conversation that went on without it.
    const back = index % 2 ? agent.reload() : undefined;
    await customer.say(word);
    await back;
    await agent.getByTestId('transcript').getByText(word).waitFor();
    const again = index % 2 ? undefined : customer.page.reload();
    await answer(agent, answers[index]);
    await again;
    if (!index || index % 2 === 0) await customer.open();
    await customer.hears(answers[index]);
  }

  const texts = async (locator) => (await locator.allInnerTexts()).map((text) => text.match(/(word|answer) \d of the (customer|agent)/)?.[0]).filter(Boolean);
  const wanted = words.flatMap((word, index) => [word, answers[index]]);
  stage.same(await texts(customer.messages), wanted, 'the customer has everything once and in order');
  stage.same(await texts(agent.getByTestId('event-message')), wanted, 'the agent has everything once and in order');

  await agent.getByTestId('composer').fill('half a sentence');
  await customer.composer.fill('half a question');
  await Promise.all([agent.reload(), customer.page.reload()]);
  await customer.open();
  stage.same(await agent.getByTestId('composer').inputValue(), 'half a sentence', 'what an agent has typed is still there');
  stage.same(await customer.composer.inputValue(), 'half a question', 'what a customer has typed is still there');
  await stage.shot(agent, 'reload-agent');
  await stage.shot(customer.page, 'reload-customer');
});
