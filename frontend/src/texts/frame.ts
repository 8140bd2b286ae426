import { plural } from './plural';
export * from './words';

// sidebar/TreeRow.tsx
export const worst = (count: number, word: string) =>
  `${count === 1 ? 'instance' : 'instances'}, worst: ${word}`;

// sidebar/ClusterTree.tsx
export const noProblems = 'No problems';
export const noClustersYet = 'No clusters yet.';
export const clustersAndInstances = 'Clusters and instances';

// sidebar/Sidebar.tsx
export const fleet = 'Fleet';
export const administration = 'Administration';
export const problemsOnly = 'Show problems only';
export const ocimHome = 'Ocim home';
export const pages = 'Pages';
export const filterClustersAndInstances = 'Filter clusters and instances';
export const clearFilter = 'Clear filter';

// frame/Running.tsx
export const pipelineRunning = 'pipeline running';
export const pipelinesRunning = 'pipelines running';
export const instancesWithARunningPipeline = 'Instances with a running pipeline';
export const viewAll = (count: number) => `View all ${count}`;
export const operationsOneAtATime = 'Operations (one at a time per cluster)';

// frame/UserMenu.tsx
export const light = 'Light';
export const dark = 'Dark';
export const system = 'System';
export const accountMenuFor = (initials: string, name: string) => `${initials}: account menu for ${name}`;
export const accountAndSessions = 'Account and sessions';
export const keyboardShortcuts = 'Keyboard shortcuts';

// frame/Header.tsx
export const openSidebar = 'Open sidebar';
export const searchOrRun = 'Search or run…';
export const k = '⌘ K';
export const ctrlK = 'Ctrl K';

// frame/Offline.tsx
export const youreOfflineShowingTheLast =
  'You’re offline. Showing the last data received; updates resume when you reconnect.';

// frame/useShortcuts.ts
export const filterThisPage = 'Filter this page';
export const goToOverview = 'Go to overview';
export const goToInstances = 'Go to instances';
export const goToClusters = 'Go to clusters';
export const goToActivity = 'Go to activity';
export const goToSidebar = 'Go to sidebar';
export const nextRow = 'Next row';
export const previousRow = 'Previous row';
export const selectOrDeselectRow = 'Select or deselect row';
export const showKeyboardShortcuts = 'Show keyboard shortcuts';

// frame/entries.ts
export const commands = 'Commands';

// frame/Palette.tsx
export const searchOrRun2 = 'Search or run';
export const searchInstancesClustersPagesAnd =
  'Search instances, pipelines, releases, keys, people and actions…';
export const lightTheme = 'Light theme';
export const darkTheme = 'Dark theme';
export const recent = 'Recent';
export const releases = 'Releases';
export const actionOn = (word: string, name: string) => `${word} ${name}`;
export const pipeline = (id: number) => `Pipeline #${id}`;
export const count = (instances: number) => plural(instances, 'instance');
export const configured = (text: string) => `Instances configured with “${text}”`;
export const deployANewInstanceOn = (name: string) => `Deploy a new instance on ${name}`;

// frame/SideDrawer.tsx
export const sidebar = 'Sidebar';

// frame/ShortcutList.tsx
export const ctrl = 'Ctrl';
export const k2 = 'K';

// frame/Frame.tsx
export const skipToContent = 'Skip to content';
