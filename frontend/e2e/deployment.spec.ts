import { expect, test } from 'vitest';
import {
  ada,
  deploy,
  enterPassword,
  instanceRow,
  see,
  seeBecomeActive,
  seeNoMore,
  title,
  useOcim,
} from './harness';

const ocim = useOcim();

test('an operator finds an instance, deploys a new one and sees it become active', async () => {
  const page = await ocim.visit();
  await page.goto('/');
  await see(title(page, 'Log in'));
  await enterPassword(page, ada);
  await see(title(page, 'Overview'));

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Instances' }).click();
  await see(instanceRow(page, 'ardmore-university'));
  await page.getByRole('textbox', { name: 'Filter by name' }).fill('kestrel');
  await seeNoMore(instanceRow(page, 'ardmore-university'));
  await instanceRow(page, 'kestrel-law').getByRole('link', { name: 'kestrel-law', exact: true }).click();
  await see(title(page, 'kestrel-law'));
  await see(page.getByRole('link', { name: 'LMS' }).and(page.locator('a[href*="//study.kestrel-law"]')));

  await deploy(page, 'campus-aws', 'harbour-school', 'Harbour School');
  await seeBecomeActive(page);

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Instances' }).click();
  await page.getByRole('textbox', { name: 'Filter by name' }).fill('harbour-school');
  await see(instanceRow(page, 'harbour-school').getByText('Active'));
  await see(instanceRow(page, 'harbour-school').getByText('Success'));
});

test('a part of the form that cannot be loaded is reported, and what was typed stays', async () => {
  const page = await ocim.page();
  // The reader of YAML and what reads overrides with it, whatever their files are called.
  await page.route(/\.js$/, async (route) => {
    const answer = await route.fetch();
    await ((await answer.text()).includes('prettyErrors')
      ? route.abort()
      : route.fulfill({ response: answer }));
  });
  await page.goto('/clusters/grove-campus-aws/deploy');
  const name = page.getByLabel('Instance name');
  await name.fill('willow-school');
  await page.getByRole('button', { name: 'Preview' }).click();
  await see(page.getByRole('alert').getByText(/^Couldn’t reach Ocim/));
  expect(await name.inputValue()).toBe('willow-school');
});
