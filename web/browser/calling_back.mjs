// Who waits too long is asked whether to be called back, chooses, and may go; an agent gets the call with
// the number, does not reach the customer, and it is tried again later.
import { play } from './stage.mjs';

await play(async (stage) => {
  for (const colorScheme of ['light', 'dark']) {
    const customer = await stage.customer(`customer-${colorScheme}`, { colorScheme });
    await customer.start('Ana Costa');
    await customer.say('My tent leaks');
    await customer.panel.getByTestId('request-person').click();
    const question = customer.panel.getByTestId('callback');
    await question.getByText('Shall we call you back?').waitFor();
    await stage.accessible(customer.frame, `the question about a callback, ${colorScheme}`);
    await stage.shot(customer.page, `calling-back-question-${colorScheme}`);
    if (colorScheme === 'dark') {
      await customer.panel.getByTestId('callback-no').click();
      await customer.hears('No call back');
      continue;
    }
    await customer.panel.getByTestId('callback-number').fill('030 1234567');
    await customer.panel.getByTestId('callback-yes').click();
    stage.promise(await question.isVisible(), 'a number without its country is asked for again');
    await customer.panel.getByTestId('callback-number').fill('+49 30 1234567');
    await customer.page.keyboard.press('Enter');
    await customer.hears('We will call you at +49301234567');
    stage.same(await customer.panel.getByText('Shall we call you back?').count(), 1, 'what was asked stands once');
    await stage.until(async () => (await question.count()) === 0, 'the question is answered');
    await stage.shot(customer.page, 'calling-back-chosen');
    await customer.panel.getByTestId('end').click();
    await customer.panel.getByTestId('end-confirm').click();
    await stage.until(async () => (await customer.page.getByTestId('bubble').getAttribute('aria-expanded')) === 'false', 'who will be called may go');
  }

  const agent = await stage.desk('ben');
  const offer = agent.getByTestId('offer').filter({ hasText: '+49301234567' });
  await offer.waitFor();
  stage.promise(/Call \+49301234567/.test(await offer.innerText()) && /2 calls left/.test(await offer.innerText()), `the offer says whom to call: ${await offer.innerText()}`);
  await stage.accessibleInBoth(agent, 'an offer of a callback');
  await stage.shot(agent, 'calling-back-offer');
  await offer.getByTestId('offer-accept').click();
  const item = agent.getByTestId('session-item').filter({ hasText: 'Ana Costa' });
  await item.first().click();
  const number = agent.getByTestId('call-back');
  await number.waitFor();
  stage.same(await number.getAttribute('href'), 'tel:+49301234567', 'the number is called with a click');
  await stage.inView(agent.getByTestId('call-failed'), 'the button for who was not reached');
  await stage.fits(agent, 'the console with a callback');
  await stage.shot(agent, 'calling-back-in-hand');
  await agent.getByTestId('call-failed').click();
  await stage.until(async () => (await number.count()) === 0, 'a call that failed is out of the agent\'s hands');
});
