// One story in three real browsers: a customer on the shop page, an agent, a supervisor.
//   node browser/story.mjs BASE_URL FOLDER_FOR_SCREENSHOTS
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [base, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const patience = { timeout: 20_000 };
const faults = [];

async function open(name, width, height) {
  const context = await browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
  page.on('console', (line) => {
    const expected = line.text().includes('401');
    if (line.type() === 'error' && !expected) faults.push(`${name}: ${line.text()}`);
  });
  page.setDefaultTimeout(patience.timeout);
  return page;
}

async function logIn(page, user) {
  await page.goto(`${base}/`);
  await page.getByTestId('login-user').fill(user);
  await page.getByTestId('login-password').fill('tandem-demo');
  await page.getByTestId('login-submit').click();
  await page.getByTestId('presence').waitFor();
}

const shot = (page, name) => page.screenshot({ path: `${folder}/${name}.png` });

const agent = await open('agent', 1366, 768);
await logIn(agent, 'ben');
const supervisor = await open('supervisor', 1366, 768);
await logIn(supervisor, 'sam');
await supervisor.getByTestId('view-supervisor').click();
await supervisor.getByTestId('board-queue-support').waitFor();

const shop = await open('customer', 1100, 760);
await shop.goto(`${base}/demo.html`);
await shop.getByTestId('bubble').click();
const panel = shop.frameLocator('iframe');
const composer = panel.getByTestId('composer');
await composer.or(panel.getByTestId('start')).first().waitFor();
if (await panel.getByTestId('start').isVisible()) await panel.getByTestId('start').click();
await composer.fill('How long does standard delivery take? It is about order TO-441100');
await panel.getByTestId('send').click();
await panel.getByText('working days').first().waitFor();
await shot(shop, '1-the-bot-answers');

await panel.getByTestId('request-person').click();
await agent.getByTestId('offer').waitFor();
await agent.getByText('TO-441100').first().waitFor();
await shot(agent, '2-the-offer-rings');
await supervisor.getByTestId('board-session').first().waitFor();
await shot(supervisor, '3-the-supervisor-sees-it');

await agent.getByTestId('offer-accept').click();
await agent.getByTestId('composer').fill('Hello, Ben here. I have your order in front of me.');
await agent.getByTestId('send').click();
await panel.getByText('Ben here').first().waitFor();
await shot(agent, '4-the-agent-answers');

await composer.fill('Thank you, that was quick!');
await panel.getByTestId('send').click();
await agent.getByText('that was quick').first().waitFor();
await agent.reload();
await agent.getByTestId('session-item').first().click();
await agent.getByTestId('transcript').getByText('that was quick').first().waitFor();
const copies = await agent.getByTestId('transcript').getByText('Ben here').count();
if (copies !== 1) faults.push(`after a reload the agent sees the answer ${copies} times`);
await shot(agent, '5-after-a-reload');
await shot(shop, '6-the-customer');

await browser.close();
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log('the story was told');
