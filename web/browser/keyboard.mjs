// A customer without a mouse: opens, writes, sends, asks for a person, closes, comes back, ends, rates.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const customer = await stage.customer('customer');
  const { page, panel } = customer;
  const press = (key) => page.keyboard.press(key);
  /** Goes on by Tab until something has the focus. */
  async function tabTo(locator, what, key = 'Tab') {
    for (let presses = 0; presses < 25; presses += 1) {
      if (await focused(locator)) return;
      await press(key);
    }
    throw new Error(`${what} cannot be reached by ${key}`);
  }
  const focused = (locator) => locator.evaluate((element) => element === document.activeElement && document.hasFocus()).catch(() => false);
  const comes = (locator, what) => stage.until(() => focused(locator), `the focus comes to ${what}`);

  await tabTo(page.getByTestId('bubble'), 'the bubble');
  await press('Enter');
  await panel.getByTestId('start').waitFor();
  await tabTo(panel.locator('input[name="name"]'), 'the name');
  await page.keyboard.type('Ana Costa');
  await tabTo(panel.getByTestId('start'), 'the start');
  await press('Enter');
  await comes(customer.composer, 'the composer after the form');
  await page.keyboard.type('How long does delivery take?');
  await press('Enter');
  await customer.hears('How long does delivery take?');
  await tabTo(panel.getByTestId('request-person'), 'the way to a person');
  await press('Enter');
  await comes(customer.composer, 'the composer after asking for a person');
  await agent.getByTestId('offer-accept').click();
  await answer(agent, 'Hello, Ben here.');
  await customer.hears('Ben here');

  await press('Escape');
  await comes(page.getByTestId('bubble'), 'the bubble after closing');
  await stage.until(async () => !(await page.locator('iframe').isVisible()), 'the panel is closed');
  await answer(agent, 'Are you still there?');
  await stage.until(async () => /1/.test(await page.getByTestId('bubble').getAttribute('aria-label')), 'the bubble tells of an unread message');
  await press('Enter');
  await customer.hears('Are you still there?');
  await comes(customer.composer, 'the composer after opening again');
  await stage.until(async () => !/1/.test(await page.getByTestId('bubble').getAttribute('aria-label')), 'what was read is not told of any more');

  await tabTo(panel.getByTestId('end'), 'the end', 'Shift+Tab');
  await press('Enter');
  await comes(panel.getByTestId('end-confirm'), 'the confirmation');
  await press('Escape');
  await comes(panel.getByTestId('end'), 'the end, when it was not meant');
  await press('Enter');
  await comes(panel.getByTestId('end-confirm'), 'the confirmation');
  await press('Enter');
  await comes(panel.getByTestId('rate-1'), 'the rating after the end');
  await tabTo(panel.getByTestId('rate-4'), 'four stars');
  await press('Enter');
  await tabTo(panel.getByTestId('rate-send'), 'the sending of the rating');
  await press('Enter');
  await customer.hears('Thank you for your rating');
  await comes(customer.composer, 'the composer after the rating');
  await stage.shot(page, 'keyboard-rated');
});
