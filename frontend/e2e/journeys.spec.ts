import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { erin, operation, see, step, title, useOcim, writeYaml } from './harness';

// The ten jobs of an operator, each from the overview, with no more than four presses of the mouse. Typing
// and the keys of a form are not counted, and no job leaves Ocim.
const ocim = useOcim({ speed: 400 });

const most = 4;

/** Does a job from the overview, and counts the presses of the mouse that reach the page. */
async function job(work: (page: Page) => Promise<void>): Promise<void> {
  const page = await ocim.page('/overview');
  let clicks = 0;
  await page.exposeFunction('countClick', () => (clicks += 1));
  await page.evaluate(() => {
    const { countClick } = window as unknown as { countClick: () => void };
    addEventListener('pointerdown', countClick, { capture: true });
  });
  await work(page);
  expect(clicks, 'presses of the mouse').toBeGreaterThan(0);
  expect(clicks, 'presses of the mouse').toBeLessThanOrEqual(most);
  expect(page.context().pages(), 'pages; one that leaves Ocim opens another').toHaveLength(1);
  await page.close();
}

/** Opens the palette by its button and types. */
async function search(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Search or run' }).click();
  await page.getByPlaceholder(/Search instances/).fill(text);
}

/** An entry of the palette that is open. */
const entry = (page: Page, name: string | RegExp) => page.getByRole('dialog').getByRole('button', { name });

const attention = (page: Page, instance: string) =>
  page
    .getByRole('region', { name: 'Needs attention' })
    .getByRole('listitem')
    .filter({ has: page.getByRole('link', { name: instance, exact: true }) });

const inTree = (page: Page, instance: string) =>
  page.getByRole('tree', { name: 'Clusters and instances' }).getByRole('treeitem', { name: instance });

// First: what the other journeys change fills the overview.
test('the keyboard alone is enough: to find, to read a log and to preview a change', async () => {
  const page = await ocim.page('/overview');
  // Past the navigation, to what needs a person, to its log.
  await see(attention(page, 'delta-polytechnic'));
  await page.keyboard.press('Tab');
  await tabTo(page, /^Skip to content$/);
  await page.keyboard.press('Enter');
  await tabTo(page, /^delta-polytechnic$/);
  await page.keyboard.press('Enter');
  await see(title(page, 'delta-polytechnic'), page.getByRole('table', { name: 'Pods' }));
  await tabTo(page, /^cms-[0-9a-f]+-/);
  await page.keyboard.press('Enter');
  await see(page.getByRole('link', { name: 'Previous log of cms' }));
  await tabTo(page, /^Previous log of cms$/);
  await page.keyboard.press('Enter');
  await see(page.getByRole('region', { name: /^Output of cms/ }));

  // By the palette to a release, along its rows, and into the summary of one.
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('sumac.3');
  await see(entry(page, /^sumac\.3/));
  await page.keyboard.press('Enter');
  await see(page.getByRole('table', { name: 'Instances' }).getByRole('link', { name: 'helio-energy' }));
  await page.keyboard.press('j');
  await page.keyboard.press('Space');
  await see(page.getByRole('heading', { name: 'Last change' }));
  await page.keyboard.press('Escape');

  // By the palette to a dialog that changes something; Escape leaves it and changes nothing.
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('archive velo-mechanics');
  await see(entry(page, /^Archive velo-mechanics/));
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Archive velo-mechanics?' });
  await see(dialog.getByRole('region', { name: 'Effects' }));
  await tabTo(page, /^Cancel$/);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
});

test('invite someone for one cluster', () =>
  job(async (page) => {
    await search(page, 'invite');
    await entry(page, 'Invite someone').click();
    await page.getByLabel('Email').fill(erin.email);
    await page.getByRole('radio', { name: 'Only these' }).click();
    await page.getByRole('checkbox', { name: 'lab-minikube' }).click();
    await page.getByLabel('Email').press('Enter');
    const row = page.getByRole('table', { name: 'Invitations' }).getByRole('row', { name: erin.email });
    await see(row.getByText('Waiting'), row.getByText(/^Viewer on .*lab-minikube$/));
  }));

test('find instances by release and provider', () =>
  job(async (page) => {
    await search(page, 'sumac.3');
    await entry(page, /^sumac\.3/).click();
    await page.getByRole('button', { name: /^Provider/ }).click();
    await page.getByRole('group', { name: 'Provider' }).getByText('AWS').click();
    const table = page.getByRole('table', { name: 'Instances' });
    await see(table.getByRole('link', { name: 'vale-medical-school' }));
    await table.getByRole('link', { name: 'helio-energy' }).waitFor({ state: 'hidden' });
  }));

test('find out why an instance fails', () =>
  job(async (page) => {
    await see(attention(page, 'paperbird').getByText(/readiness probe fails/));
    await attention(page, 'paperbird').getByRole('link', { name: 'paperbird', exact: true }).click();
    await see(title(page, 'paperbird'), page.getByText(/readiness probe fails/).first());
  }));

test('read the log of a crash loop', () =>
  job(async (page) => {
    await attention(page, 'delta-polytechnic').getByRole('link', { name: 'View instance' }).click();
    await page.getByRole('table', { name: 'Pods' }).getByRole('button', { name: /^cms-/ }).first().click();
    await page.getByRole('link', { name: 'Previous log of cms' }).click();
    const output = page.getByRole('region', { name: /^Output of cms/ });
    await see(output.getByText(/Can't connect to server on 'mysql'/));
  }));

test('read the log of a failed pipeline', () =>
  job(async (page) => {
    await attention(page, 'stonebridge-bank').getByRole('link', { name: 'View error' }).click();
    await see(title(page, /^Pipeline #/), page.getByRole('heading', { name: /failed in stage/ }));
    await see(page.getByRole('region', { name: /^Output of / }).first());
  }));

test('add a GitLab project', () =>
  job(async (page) => {
    await page.getByRole('link', { name: 'Add GitLab project' }).click();
    await page.getByLabel('Project').fill(`${ocim.program.gitlab}/guild/grove-guild-do`);
    await page.getByRole('textbox', { name: 'API token' }).fill('glpat-demonstration-only');
    await page.getByRole('textbox', { name: 'Trigger token' }).fill('glptt-demonstration-guild');
    await page.getByRole('button', { name: 'Check and add' }).click();
    await see(title(page, 'grove-guild-do added'));
  }));

test('deploy an instance with an override and follow it', () =>
  job(async (page) => {
    await search(page, 'deploy lab-minikube');
    await entry(page, 'Deploy a new instance on lab-minikube').click();
    await page.getByLabel('Instance name').fill('harbor-uni');
    await see(page.getByText('harbor-uni is available.'));
    await writeYaml(page, 'Overrides (YAML)', 'PLATFORM_NAME: Harbor University');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await see(title(page, 'harbor-uni'), step(page, /^Succeeded, done/));
  }));

test('roll an instance back, and see who changed it and when', async () => {
  await job(async (page) => {
    await inTree(page, 'kestrel-law').click();
    await page.getByRole('button', { name: 'Revert to the deployed version' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await see(operation(page, 'Rollback').getByText('Succeeded').first());
  });
  await job(async (page) => {
    await inTree(page, 'kestrel-law').click();
    await page.getByRole('link', { name: 'Timeline', exact: true }).click();
    const newest = page.getByRole('region', { name: 'Today' }).getByRole('listitem').first();
    await see(
      newest.getByText('Rollback'),
      newest.getByText(/ada@example\.org/),
      newest.locator('time').first(),
    );
  });
});

test('change a key on eight instances in waves', () =>
  job(async (page) => {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Instances' }).click();
    const boxes = page
      .getByRole('table', { name: 'Instances' })
      .getByRole('checkbox', { name: /^Select .* on / });
    // Healthy ones: the worst come first.
    await boxes.nth(20).click();
    await boxes.nth(27).click({ modifiers: ['Shift'] });
    await page.getByRole('link', { name: 'Edit selected…' }).click();
    await page.getByLabel('Key', { exact: true }).fill('SESSION_COOKIE_AGE');
    await page.getByLabel('Value').fill('3600');
    await page.getByLabel('Value').press('Enter');
    await page.getByRole('button', { name: 'Change 8 instances' }).press('Enter');
    await see(
      page
        .getByRole('table', { name: 'Instances by wave' })
        .getByText(/Running|Succeeded/)
        .first(),
    );
  }));

/** Goes on with Tab until the focus is on what is named so. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 250; presses += 1) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent.trim() ?? '';
    });
    if (name.test(focused)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${String(name)}`);
}

test('who prefers reduced motion sees none', async () => {
  const page = await ocim.page();
  const moving = () =>
    page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((element) => {
          const { animationName, transitionDuration, transitionProperty } = getComputedStyle(element);
          return animationName !== 'none' || (transitionProperty !== 'none' && transitionDuration !== '0s');
        }).length,
    );
  for (const address of ['/overview', '/instances', '/clusters/grove-campus-aws/instances/kestrel-law']) {
    await page.goto(address);
    await see(title(page, /./));
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await moving(), `${address} with motion`).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving(), address).toBe(0);
  }
});
