// A supervisor asks why somebody waits, why it then went where it went, and how it was a moment ago.
import { play } from './stage.mjs';

await play(async (stage) => {
  const supervisor = await stage.desk('sam');
  const customer = await stage.customer('customer');
  await customer.start('Ana Costa');
  await customer.say('Hello there');
  await customer.panel.getByTestId('request-person').click();
  const row = supervisor.getByTestId('board-session').filter({ hasText: 'Ana Costa' });
  await row.click();
  const why = supervisor.getByTestId('explanation');
  const ask = supervisor.getByTestId('why-here').or(supervisor.getByTestId('explain-now'));
  await stage.until(async () => {
    await ask.first().click();
    await why.waitFor();
    return /Waits in Support/.test(await why.innerText());
  }, 'the customer waits for people');
  const text = await why.innerText();
  for (const part of [/Place 1 in line/, /Step 1 of 3/, /of 3 agents match/, /Asks for support/, /Ana Silva is offline/]) {
    stage.promise(part.test(text), `the explanation says ${part}: ${text}`);
  }
  const needs = await supervisor.getByTestId('explanation-needs').innerText();
  stage.promise(/becomes available/.test(needs) && /next step relaxes what is asked \(/.test(needs), `what would have to change, and when: ${needs}`);
  await stage.accessible(supervisor, 'the explanation');
  await stage.inView(why, 'the explanation');
  await stage.shot(supervisor, 'why-waits');

  // A whole second at which it certainly waited.
  const then = Math.ceil(Date.now() / 1000) * 1000;
  await stage.until(() => Date.now() > then + 200, 'that second has passed');
  const agent = await stage.desk('ben');
  await agent.getByTestId('offer-accept').first().click();
  await stage.until(async () => {
    await supervisor.getByTestId('explain-now').click();
    return /Is with Ben Okafor/.test(await why.innerText());
  }, 'it is with Ben');
  stage.promise(/Rule: /.test(await why.innerText()), 'the rule is named');
  await stage.shot(supervisor, 'why-assigned');

  const local = await supervisor.evaluate((at) => {
    const date = new Date(at);
    return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  }, then);
  await supervisor.getByTestId('explain-at').fill(local);
  await supervisor.getByTestId('explain-then').click();
  await stage.until(async () => /Waits in Support/.test(await why.innerText()), 'the past is shown as it was');
  await stage.shot(supervisor, 'why-then');
  await supervisor.getByTestId('explain-now').click();
  await stage.until(async () => /Is with Ben Okafor/.test(await why.innerText()), 'and the present again');
});
