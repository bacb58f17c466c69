// An agent has the same customer twice, merges the two, undoes it, and merges again; a supervisor parts them.
import { answer, play } from './stage.mjs';

await play(async (stage) => {
  const agent = await stage.desk('ben');
  const supervisor = await stage.desk('sam');
  const first = await stage.customer('first');
  await first.goesTo(agent, 'Ana Costa', 'My tent leaks');
  await agent.getByTestId('merge-open').click();
  await agent.getByText('There is no other open session here.').waitFor();
  await agent.getByTestId('merge-sheet').getByText('Cancel').click();
  const second = await stage.customer('second');
  await second.goesTo(agent, 'A. Costa', 'Did you get my message about the tent?');
  const items = agent.getByTestId('session-item');
  stage.same(await items.count(), 2, 'the agent has both');

  const merge = async () => {
    await agent.keyboard.press('Escape');
    await agent.keyboard.press('m');
    await agent.getByTestId('merge-with').filter({ hasText: 'Ana Costa' }).click();
  };
  await merge();
  await agent.getByTestId('merge-means').getByText('become one conversation').waitFor();
  await stage.accessibleInBoth(agent, 'the question before two sessions are merged');
  await stage.shot(agent, 'merging-question');
  await agent.getByTestId('merge-confirm').click();
  await stage.until(async () => (await items.count()) === 1, 'two are one');
  const transcript = agent.getByTestId('transcript');
  await transcript.getByText('My tent leaks').waitFor();
  await transcript.getByText('Did you get my message').waitFor();
  await transcript.getByText('Joined with another conversation').waitFor();
  await second.hears('My tent leaks');
  await stage.shot(agent, 'merging-merged');

  await agent.getByTestId('notice-act').click();
  await agent.getByTestId('notice').getByText('They are two sessions again.').waitFor();
  await stage.until(async () => (await second.panel.getByText('My tent leaks').count()) === 0, 'each customer sees their own again');
  await second.hears('Did you get my message');
  await agent.getByTestId('offer-accept').first().click();
  await stage.until(async () => (await items.count()) === 2, 'the agent has both again');
  await agent.getByTestId('session-item').filter({ hasText: 'A. Costa' }).click();
  await answer(agent, 'Which tent is it?');
  await second.hears('Which tent is it?');
  stage.same(await first.panel.getByText('Which tent is it?').count(), 0, 'the other customer does not');
  await stage.shot(agent, 'merging-undone');

  await merge();
  await agent.getByTestId('merge-confirm').click();
  await stage.until(async () => (await items.count()) === 1, 'two are one once more');
  await supervisor.getByTestId('board-session').filter({ hasText: 'Ana Costa' }).click();
  await supervisor.getByTestId('monitor').click();
  const separate = supervisor.getByTestId('separate');
  await separate.waitFor();
  await stage.accessibleInBoth(supervisor, 'a merged session beside the board');
  await stage.shot(supervisor, 'merging-supervisor');
  await separate.last().click();
  await supervisor.getByTestId('notice').getByText('They are two sessions again.').waitFor();
  await stage.until(async () => (await separate.count()) === 0, 'what is parted cannot be parted again');
});
