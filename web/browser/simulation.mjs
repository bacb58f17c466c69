// A supervisor plays the day again with other rules, and sees what would have been different.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const supervisor = await stage.desk('sam');
  for (const name of ['Ana Costa', 'Bo Dahl']) {
    const customer = await stage.customer(name);
    await customer.goesTo(agent, name, `Hello, ${name} here`);
    await answer(agent, `Good day, ${name}.`);
  }

  await supervisor.getByTestId('simulation-open').click();
  const rules = supervisor.getByTestId('simulation-rules');
  const day = supervisor.getByTestId('simulation-day');
  await stage.until(async () => (await day.inputValue()) !== '', 'a recorded day is proposed');
  await supervisor.getByTestId('simulation-times').fill('5');
  await stage.accessible(supervisor, 'the simulation before it is played');

  await rules.fill('[[queues]]\nid = "support"\nname = "Support"\noverflow = "nowhere"');
  await supervisor.getByTestId('simulation-play').click();
  const trouble = supervisor.getByTestId('simulation-trouble');
  await trouble.waitFor();
  stage.promise(/no queue "nowhere"/.test(await trouble.innerText()), `the fault is named: ${await trouble.innerText()}`);

  await supervisor.getByTestId('simulation-current').click();
  const current = await rules.inputValue();
  stage.promise(/id = "support"/.test(current) && /\[\[routes\]\]/.test(current), 'the rules that hold are there to change');
  stage.promise(!/tandem-demo/.test(current), 'and no secrets');
  // Nobody waits for people longer than a second.
  await rules.fill('[[queues]]\nid = "support"\nname = "Support"\ndeadline = "1s"\nsteps = [{ skills = { billing = 5 } }]');
  await supervisor.getByTestId('simulation-play').click();
  await trouble.waitFor();
  stage.promise(/never matches anybody/.test(await trouble.innerText()), 'a step that nobody meets is refused');
  await rules.fill('[[queues]]\nid = "support"\nname = "Support"\nselection = "round_robin"\nsteps = [{ language = "ignored" }]');
  await supervisor.getByTestId('simulation-play').click();
  const results = supervisor.getByTestId('simulation-results');
  await results.waitFor();
  await supervisor.getByTestId('simulation-offered').waitFor();
  const text = await results.innerText();
  stage.promise(/Rules that hold/i.test(text) && /These rules/i.test(text) && /Difference/i.test(text), `both are shown: ${text}`);
  await stage.accessible(supervisor, 'the simulation');
  await stage.fits(supervisor, 'the simulation');
  await stage.shot(supervisor, 'simulation');
  await supervisor.getByTestId('simulation-scope').selectOption('support');
  await supervisor.getByTestId('simulation-offered').waitFor();
  await results.scrollIntoViewIfNeeded();
  await stage.shot(supervisor, 'simulation-results');
});
