// An admin sees who can log in and what was done, ends somebody's logins, and finds that in the record.
import { play } from './stage.mjs';

await play(async (stage) => {
  const ana = await stage.desk('ana');
  const admin = await stage.desk('admin');
  await admin.getByTestId('account-open').click();
  const row = admin.getByTestId('person-ana');
  await row.waitFor();
  await row.getByRole('button').first().click();
  await ana.getByTestId('login-user').waitFor();
  await stage.until(async () => (await row.locator('td').nth(3).textContent()) === '0', 'nobody is logged in as ana');
  await admin.reload();
  await admin.getByTestId('audit').waitFor();
  await admin.getByTestId('audit-filter').fill('/v1/people/ana/logins');
  await stage.until(async () => (await admin.getByTestId('audit').locator('tbody tr').count()) === 1, 'the act stands in the record');
  stage.promise(/^[0-9]+:[0-9a-f]{64}$/.test(await admin.getByTestId('audit-newest').textContent()), 'the newest hash is shown');
});
