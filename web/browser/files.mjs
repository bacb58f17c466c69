// A file from the widget and one from the console: each is seen by the other side and comes down whole.
import { readFile } from 'node:fs/promises';
import { play } from './stage.mjs';

const receipt = { name: 'receipt é.txt', mimeType: 'text/plain', buffer: Buffer.from('order TO-441100, 349 €\n'.repeat(50)) };
const photo = {
  name: 'pole.png', mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==', 'base64'),
};

await play(async (stage) => {
  /** What a click on a file's name brings. */
  async function comesDown(page, link, file, where) {
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    stage.same(download.suggestedFilename(), file.name, `${where} keeps its name`);
    const bytes = await readFile(await download.path());
    stage.promise(bytes.equals(file.buffer), `${where} comes down byte for byte`);
  }

  const agent = await stage.desk('ben');
  const customer = await stage.customer('customer');
  await customer.goesTo(agent, 'Ana Costa', 'My pole is broken');

  await customer.panel.locator('input[type="file"]').setInputFiles(receipt);
  await customer.panel.getByText(receipt.name).waitFor();
  await customer.composer.fill('Here is the receipt');
  await customer.panel.getByTestId('send').click();
  const atAgent = agent.getByTestId('transcript').getByRole('link', { name: receipt.name });
  await comesDown(agent, atAgent, receipt, 'the customer\'s file at the agent');
  await comesDown(customer.page, customer.panel.getByRole('link', { name: receipt.name }), receipt, 'the customer\'s file at the customer');

  await agent.locator('.composer input[type="file"]').setInputFiles(photo);
  await agent.locator('.composer').getByText(photo.name).waitFor();
  await agent.getByTestId('send').click();
  await comesDown(customer.page, customer.panel.getByRole('link', { name: photo.name }), photo, 'the agent\'s file at the customer');
  await comesDown(agent, agent.getByTestId('transcript').getByRole('link', { name: photo.name }), photo, 'the agent\'s file at the agent');
  await stage.shot(agent, 'files-agent');
  await stage.shot(customer.page, 'files-customer');

  await customer.panel.locator('input[type="file"]').setInputFiles({ name: 'huge.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(11 * 1024 * 1024) });
  await customer.hears('This file is too large');
});
