// administration/installation.tsx
export const installation = 'Installation';
export const howOcimItselfIsDoing =
  'How Ocim is configured, and whether its work in the background keeps up.';
export const theInstallation = 'the installation';
export const configuration = 'Configuration';
export const background = 'Background';
export const functions = 'Functions';
export const theFunctions = 'the functions';
export const checkAgain = 'Check again';
export const yourAddress = (address: string) => `Ocim sees this request come from ${address}.`;
export const ok = 'OK';
export const actionNeeded = 'Action needed';
export const note = 'Note';
export const unknown = 'Unknown';
export const ready = 'Ready';
export const notReady = 'Not ready';
export const noAnswer = 'It doesn’t answer.';
export const names = {
  address: 'Public address',
  proxies: 'Proxies',
  mail: 'Mail',
  store: 'Store',
  keys: 'Encryption keys',
  timeouts: 'Time-outs',
  schedule: 'Schedule',
  sync: 'Projects',
  webhooks: 'Webhook events',
  operations: 'Operations',
  audit: 'Audit log',
  notices: 'Notifications',
};

// projects/SetAside.tsx
export const setAsideEvents = 'Webhook events set aside';
export const setAsideAbout =
  'Ocim couldn’t apply these events, so the project may be out of date until the next sync. Retry them once the cause is fixed, or discard them.';
export const pipelineEvent = (id: number) => `Pipeline ${id}`;
export const pushEvent = (branch: string) => `Push to ${branch}`;
export const event = 'Event';
export const received = 'Received';
export const reason = 'Reason';
export const retry = 'Retry';
export const discard = 'Discard';
export const retryEvent = (name: string) => `Retry ${name}`;
export const discardEvent = (name: string) => `Discard ${name}`;
export const discardQuestion = (name: string) => `Discard ${name}?`;
export const discardMeans = 'Ocim forgets the event. The next sync reads the project’s state from GitLab.';
export const theActionFailed = 'The action failed.';
export const moreEvents = 'There are more; they show once these are gone.';
