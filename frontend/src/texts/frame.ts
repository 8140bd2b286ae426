// sidebar/TreeRow.tsx
export const worst = (count: number, word: string) =>
  `${count === 1 ? 'instance' : 'instances'}, worst: ${word}`;

// sidebar/ClusterTree.tsx
export const noClustersYet = 'No clusters yet.';
export const nothingOfThatName = 'Nothing of that name.';
export const clustersAndInstances = 'Clusters and instances';

// sidebar/Sidebar.tsx
export const ocimToTheInstances = 'Ocim, to the instances';
export const ocim = 'Ocim';
export const pages = 'Pages';
export const overview = 'Overview';
export const instances = 'Instances';
export const clusters = 'Clusters';
export const activity = 'Activity';
export const bulkChanges = 'Bulk changes';
export const gitlabProjects = 'GitLab projects';
export const people = 'People';
export const audit = 'Audit';
export const settings = 'Settings';
export const filterClustersAndInstances = 'Filter clusters and instances';
export const clearTheFilter = 'Clear the filter';
export const theClusters = 'The clusters';

// frame/Running.tsx
export const runningPipelines = 'Running pipelines';
export const pipelineRunning = 'pipeline running';
export const pipelinesRunning = 'pipelines running';
export const noPipelineRuns = 'No pipeline runs.';
export const instancesWithARunningPipeline = 'Instances with a running pipeline';
export const all = (count: number) => `All ${count}`;
export const operationsEachClustersOneAfterAnother = "Operations, each cluster's one after another";

// frame/UserMenu.tsx
export const light = 'Light';
export const dark = 'Dark';
export const asTheSystem = 'As the system';
export const accountOf = (initials: string, name: string) => `${initials}: account of ${name}`;
export const account = 'Account';
export const accountAndSessions = 'Account and sessions';
export const apiTokens = 'API tokens';
export const keyboardShortcuts = 'Keyboard shortcuts';
export const theme = 'Theme';
export const logOut = 'Log out';

// frame/Header.tsx
export const openTheSidebar = 'Open the sidebar';
export const searchOrRun = 'Search or run…';
export const k = '⌘ K';
export const ctrlK = 'Ctrl K';
export const addGitlabProject = 'Add GitLab project';

// frame/Offline.tsx
export const thisComputerIsOfflineWhatYou =
  'This computer is offline. What you see is as of the last answer; Ocim goes on by itself.';

// frame/useShortcuts.ts
export const filterThisPage = 'Filter this page';
export const goToTheOverview = 'Go to the overview';
export const goToTheInstances = 'Go to the instances';
export const goToTheClusters = 'Go to the clusters';
export const goToTheActivity = 'Go to the activity';
export const goToTheSidebar = 'Go to the sidebar';
export const nextRow = 'Next row';
export const rowBefore = 'Row before';
export const chooseTheRowOrLetGo = 'Choose the row, or let go of it';
export const listTheShortcuts = 'List the shortcuts';

// frame/entries.ts
export const commands = 'Commands';

// frame/Palette.tsx
export const searchOrRun2 = 'Search or run';
export const anInstanceAClusterAPage = 'An instance, a cluster, a page or a command…';
export const notifications = 'Notifications';
export const lightTheme = 'Light theme';
export const darkTheme = 'Dark theme';
export const users = 'Users';
export const deploy = (id: string) => `deploy ${id}`;
export const deployANewInstanceOn = (name: string) => `Deploy a new instance on ${name}`;

// frame/SideDrawer.tsx
export const sidebar = 'Sidebar';

// frame/ShortcutList.tsx
export const ctrl = 'Ctrl';
export const k2 = 'K';

// frame/Frame.tsx
export const skipToThePage = 'Skip to the page';
