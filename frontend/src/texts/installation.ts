export * from './words';

// administration/installation.tsx
export const howOcimItselfIsDoing =
  'How Ocim is configured, and whether its work in the background keeps up.';
export const theInstallation = 'the installation';
export const background = 'Background';
export const functions = 'Functions';
export const theFunctions = 'the functions';
export const checkAgain = 'Check again';
export const yourAddress = (address: string) => `Ocim sees this request come from ${address}.`;
export const ok = 'OK';
export const actionNeeded = 'Action needed';
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
export const discard = 'Discard';
export const retryEvent = (name: string) => `Retry ${name}`;
export const discardEvent = (name: string) => `Discard ${name}`;
export const discardQuestion = (name: string) => `Discard ${name}?`;
export const discardMeans = 'Ocim forgets the event. The next sync reads the project’s state from GitLab.';
export const moreEvents = 'There are more; they show once these are gone.';

// projects/DamagedItems.tsx
export const damagedItems = 'Unreadable stored items';
export const damagedAbout =
  'Ocim can’t decode these items and works without them. A later release may have written them: retry after an upgrade. Otherwise restore them from a backup, or discard them.';
export const found = 'Found';
export const view = 'View';
export const viewItem = (key: string) => `View ${key}`;
export const retryItem = (key: string) => `Retry ${key}`;
export const discardItem = (key: string) => `Discard ${key}`;
export const discardItemMeans =
  'Ocim permanently deletes the item. The next sync restores what GitLab and the cluster have; anything else in it is lost.';
export const couldntDecode = 'Couldn’t decode the item';
export const theItem = 'the item';
export const storedText = 'Stored text, secrets masked';
export const noText = 'Ocim doesn’t show this item: it may hold secrets, or it isn’t text.';
export const onlyTheBeginning = 'This is only the beginning.';
