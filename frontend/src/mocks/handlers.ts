import type { RequestHandler } from 'msw';
import { auditHandlers } from './audit';
import { bulkHandlers } from './bulk';
import { fleetHandlers } from './fleet';
import { identityHandlers } from './identity';
import { installationHandlers } from './installation';
import { logHandlers } from './logs';
import { notificationHandlers } from './notifications';
import { operationHandlers } from './operations';
import { overviewHandlers } from './overview';
import { pipelineHandlers } from './pipelines';
import { projectHandlers } from './projects';
import { runtimeHandlers } from './runtime';
import { viewHandlers } from './views';
import type { World } from './world';

/** The whole API over one world. */
export function createHandlers(world: () => World): RequestHandler[] {
  return [
    ...auditHandlers(world),
    ...identityHandlers(world),
    ...bulkHandlers(world),
    ...fleetHandlers(world),
    ...installationHandlers(world),
    ...logHandlers(world),
    ...notificationHandlers(world),
    ...operationHandlers(world),
    ...overviewHandlers(world),
    ...pipelineHandlers(world),
    ...projectHandlers(world),
    ...runtimeHandlers(world),
    ...viewHandlers(world),
  ];
}
