import { expect, test } from 'vitest';
import { ada, invite, logIn, look, patience, see, title, useOcim, writeYaml } from './harness';

const ocim = useOcim();

test('axe finds no fault with the pages of the fleet', async () => {
  const page = await ocim.visit();
  await logIn(page);
  await look(page, page.getByRole('table', { name: 'Instances' }));
  await page.getByRole('button', { name: 'Search or run' }).click();
  await page.getByPlaceholder(/An instance, a cluster/).fill('paper');
  await look(page, page.getByRole('dialog').getByText('paperbird').first());
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /account of/ }).click();
  await look(page, page.getByRole('group', { name: 'Account' }));
  await page.goto('/instances?name=nothing-like-it');
  await look(page, page.getByText('No instance matches'));

  await page.goto('/clusters');
  await look(page, page.getByRole('table', { name: 'Clusters' }));
  await page.goto('/clusters/grove-campus-aws');
  await look(page, page.getByRole('table', { name: 'Instances of campus-aws' }));
  for (const [cluster, instance] of [
    ['campus-aws', 'kestrel-law'],
    ['academy-do', 'hackday'],
    ['lab-minikube', 'aspects-trial'],
  ] as const) {
    await page.goto(`/clusters/grove-${cluster}/instances/${instance}`);
    await look(page, title(page, instance), page.getByRole('heading', { name: /^(Pods|What runs)$/ }));
  }
  await page.getByRole('link', { name: 'Pipelines and operations' }).click();
  await look(page, page.getByRole('table', { name: 'Pipelines' }));
  await page.getByRole('table', { name: 'Pipelines' }).getByRole('link').first().click();
  await look(page, title(page, /^Pipeline #/), page.getByRole('heading', { name: 'Facts' }));

  await page.goto('/clusters/grove-campus-aws/deploy');
  await page.getByLabel('Name of the instance').fill('Not A Name');
  await writeYaml(page, 'Overrides in YAML', 'PLATFORM_NAME: [');
  await look(page, page.getByText('Begin with a small letter.'), page.getByText(/^Line \d/).first());

  ocim.expects(/^404 GET /);
  await page.goto('/clusters/grove-campus-aws/instances/none');
  await look(page, title(page, 'Not found'));
  await page.goto('/nowhere');
  await look(page, title(page, 'Not found'));
});

test('axe finds no fault with the pages of people, the account and projects', async () => {
  const page = await ocim.visit();
  await logIn(page);
  await page.goto('/administration/users');
  await look(page, page.getByRole('table', { name: 'Users' }));
  await page.getByRole('button', { name: `Change ${ada.name}` }).click();
  await page.getByRole('button', { name: 'Roles…' }).click();
  await look(page, page.getByRole('dialog', { name: `Roles of ${ada.name}` }));
  await invite(page, 'finn@example.org');
  await look(page, page.getByRole('table', { name: 'Invitations' }));

  await page.goto('/account');
  await look(page, page.getByRole('table', { name: 'Sessions' }), page.getByLabel('Present password'));
  await page.goto('/account/tokens');
  await look(page, page.getByText('No tokens'));
  await page.getByLabel('Name', { exact: true }).fill('nightly report');
  await page.getByRole('button', { name: 'Make the token' }).click();
  await look(page, page.getByText('Copy it now.'), page.getByRole('table', { name: 'API tokens' }));
  await page.getByRole('button', { name: 'Revoke nightly report' }).click();
  await look(page, page.getByRole('dialog', { name: 'Revoke nightly report?' }));

  await page.goto('/projects/new');
  await page.getByRole('button', { name: 'Check and add' }).click();
  await look(page, page.getByText('A pipeline trigger token is needed.'));

  await page.goto('/administration/projects/grove-campus-aws/contract');
  await look(page, page.getByRole('heading', { name: 'Reprovisioning' }));
  await page.goto('/administration/projects/grove-campus-aws/usage');
  await page.getByRole('button', { name: 'Try it' }).click();
  await look(
    page,
    page.getByRole('heading', { name: 'How it is read' }),
    page.getByRole('cell', { name: 'ardmore-university' }),
  );
  await page.getByLabel('Function', { exact: true }).fill('Not a function');
  await look(page, page.getByRole('button', { name: 'Undo all', disabled: false }));
});

test('every page fits every screen', async () => {
  const page = await ocim.visit();
  await page.setViewportSize({ width: 320, height: 640 });
  await logIn(page);
  const widths = [1920, 1600, 1440, 1350, 1280, 1100, 1000, 900, 780, 640, 480, 320];
  for (const [address, whole] of [
    ['/instances', page.getByRole('table', { name: 'Instances' })],
    ['/clusters', page.getByRole('table', { name: 'Clusters' })],
    ['/clusters/grove-campus-aws', page.getByRole('table', { name: 'Warnings of the cluster' })],
    ['/clusters/grove-campus-aws/instances/kestrel-law', page.getByRole('table', { name: 'Pods' })],
    [
      '/clusters/grove-campus-aws/instances/kestrel-law?tab=deployments',
      page.getByRole('table', { name: 'Pipelines' }),
    ],
    [
      '/clusters/grove-campus-aws/instances/kestrel-law/update',
      page.getByRole('button', { name: 'Preview' }),
    ],
    ['/clusters/grove-campus-aws/instances/kestrel-law/history', title(page, 'History of kestrel-law')],
    ['/clusters/grove-campus-aws/instances/kestrel-law/compare', title(page, 'Compare kestrel-law')],
    ['/bulk', title(page, 'Bulk changes')],
    ['/clusters/grove-campus-aws/deploy', page.getByRole('textbox', { name: 'Overrides in YAML' })],
    ['/administration/users', page.getByRole('table', { name: 'Users' })],
    ['/administration/projects', page.getByRole('table', { name: 'GitLab projects' })],
    ['/administration/projects/grove-campus-aws', page.getByRole('table', { name: 'Credentials' })],
    [
      '/administration/projects/grove-campus-aws/contract',
      page.getByRole('heading', { name: 'Reprovisioning' }),
    ],
    [
      '/administration/projects/grove-campus-aws/usage',
      page.getByRole('heading', { name: 'What is understood' }),
    ],
    ['/projects/new', page.getByRole('button', { name: 'Check and add' })],
    ['/account', page.getByRole('table', { name: 'Sessions' })],
  ] as const) {
    await page.goto(address);
    await see(whole);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 640 });
      const needed = () => page.evaluate(() => document.documentElement.scrollWidth);
      // The sidebar takes a moment to go.
      await expect
        .poll(needed, { message: `${address} scrolls sideways`, timeout: patience })
        .toBeLessThanOrEqual(width);
    }
  }
  await look(page, title(page, 'Account'));
  await page.getByRole('button', { name: 'Open the sidebar' }).click();
  await look(page, page.getByRole('tree', { name: 'Clusters and instances' }));
});
