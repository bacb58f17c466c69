// Somebody whose role needs a second factor sets it up, logs out, and comes back with a code.
import { createHmac } from 'node:crypto';
import { play } from './stage.mjs';

/** RFC 6238, as an app has it: the code `steps` of thirty seconds from now. */
function shows(secret, steps) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac('sha1', key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

await play(async (stage) => {
  const page = await stage.page('ana');
  const fill = async () => {
    await page.goto(`${stage.base}/`);
    await page.getByTestId('login-user').fill('ana');
    await page.getByTestId('login-password').fill('tandem-demo');
    await page.getByTestId('login-submit').click();
  };
  await fill();
  await page.getByTestId('must-enrol').waitFor();
  await page.getByTestId('enrol-password').fill('tandem-demo');
  await page.getByTestId('enrol-go').click();
  await page.getByTestId('enrol-picture').waitFor();
  const secret = (await page.getByTestId('enrol-secret').textContent()).trim();
  await page.getByTestId('enrol-code').fill('000000');
  await page.getByTestId('enrol-go').click();
  await page.getByRole('alert').waitFor();
  await page.getByTestId('enrol-code').fill(shows(secret, 0));
  await page.getByTestId('enrol-go').click();
  await page.getByTestId('recovery-codes').waitFor();
  stage.same(await page.getByTestId('recovery-codes').locator('li').count(), 10, 'ten recovery codes are shown');
  await page.getByTestId('enrol-done').click();
  await page.getByTestId('presence').waitFor();

  await page.getByTestId('account-open').click();
  await page.getByTestId('second-factor').waitFor();
  stage.same(await page.getByTestId('second-factor').getAttribute('data-enrolled'), 'true', 'the account shows that it is set up');

  // The login before is listed beside the one after, and ended from there.
  await page.context().clearCookies();
  await fill();
  await page.getByTestId('login-code').fill(shows(secret, 1));
  await page.getByTestId('login-submit').click();
  await page.getByTestId('presence').waitFor();

  await page.getByTestId('account-open').click();
  await page.getByTestId('login').nth(1).waitFor();
  await page.getByTestId('login-end').click();
  await stage.until(async () => (await page.getByTestId('login').count()) === 1, 'the other login is ended');
});
