import { expect, test } from 'vitest';
import { deploy, seeBecomeActive, silence, useOcim, webhooks } from './harness';

const ocim = useOcim({ sync: '@every 2s' });

test('an instance becomes active through sync when no webhook reports it', async () => {
  await silence(ocim.program, 'academy-do');
  const page = await ocim.page('/overview');
  await deploy(page, 'academy-do', 'lantern-guild', 'Lantern Guild');
  await seeBecomeActive(page);
  expect(await webhooks(ocim.program, 'academy-do'), 'webhooks').toEqual([]);
});
