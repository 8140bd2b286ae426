import { test } from 'vitest';
import { deploy, instanceRow, see, seeBecomeActive, step, useOcim } from './harness';

// Slow enough to be caught in the middle. What is lost by that, an event that dies with the
// demonstration's GitLab or a reading under way, the schedule makes up for.
const ocim = useOcim({ speed: 60, sync: '@every 2s' });

async function killAndStartAgain(): Promise<void> {
  await ocim.program.end('SIGKILL');
  await ocim.program.run();
}

test('a deployment goes on when the program was killed in the middle of it', async () => {
  const page = await ocim.page('/overview');
  await deploy(page, 'lab-minikube', 'night-shift', 'Night Shift');
  await killAndStartAgain();
  // A slow machine may have missed the middle.
  await see(step(page, /^Running, (now|done)/));
  await killAndStartAgain();
  await seeBecomeActive(page);

  await page.goto('/instances?name=night-shift');
  await see(instanceRow(page, 'night-shift').getByText('Active'));
});
