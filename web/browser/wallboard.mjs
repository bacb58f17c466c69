// The supervisors' figures on a large screen: nothing to scroll, nothing small.
import { play } from './stage.mjs';

/** On a screen of 55 inches with 1920 pixels, 25 mm, the 200th part of five metres. */
const FROM_FIVE_METRES = 40;

await play(async (stage) => {
  const supervisor = await stage.desk('sam', { viewport: { width: 1920, height: 1080 } });
  const customer = await stage.customer('customer');
  await customer.start('Ana Costa');
  await customer.say('Hello there');
  await customer.panel.getByTestId('request-person').click();
  await supervisor.getByTestId('board-session').first().waitFor();
  await supervisor.getByTestId('wallboard-open').click();
  const wallboard = supervisor.getByTestId('wallboard');
  await wallboard.waitFor();
  await stage.until(async () => (await wallboard.locator('section p').first().innerText()) === '1', 'somebody is seen to wait');
  await stage.fits(supervisor, 'the wallboard');
  const small = await wallboard.evaluate((board, least) => [...board.querySelectorAll('section p, section h2, tbody *')]
    .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) < least).map((element) => element.textContent), FROM_FIVE_METRES);
  stage.same(small, [], 'no figure is smaller than what is read from five metres');
  await stage.accessible(supervisor, 'the wallboard');
  await stage.shot(supervisor, 'wallboard');
  await supervisor.keyboard.press('Escape');
  await supervisor.getByTestId('board-queue-support').waitFor();
});
