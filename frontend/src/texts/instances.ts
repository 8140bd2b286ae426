// filters/Chips.tsx
export const filtersThatHold = 'Filters that hold';
export const removeTheFilter = (label: string) => `Remove the filter ${label}`;
export const clearAll = 'Clear all';

// instances/columns.tsx
export const cluster = 'Cluster';
export const provider = 'Provider';
export const name = 'Name';
export const itsFilesHaveProblems = 'Its files have problems';
export const release = 'Release';
export const lms = 'LMS';
export const lifecycle = 'Lifecycle';
export const health = 'Health';
export const latestPipeline = 'Latest pipeline';
export const pipeline = (id: number) => `, pipeline ${id}`;
export const none = 'None';
export const changed = 'Changed';
export const drift = (reason: string) => `Drift: ${reason}`;
export const drifted = (reason: string) => `, drifted: ${reason}`;
export const lastSeen = 'last seen ';
export const staleAsOf = (time: string) => `Stale: as of ${time}`;
export const staleAsOf2 = (time: string) => `, stale: as of ${time}`;

// instances/TableSkeleton.tsx
export const loadingTheInstances = 'Loading the instances';

// _app/instances/-filter.ts
export const noPipeline = 'No pipeline';
export const name2 = (name: string) => `Name: ${name}`;
export const filesWithProblems = 'Files with problems';
export const pipeline2 = 'Pipeline';
export const drift2 = 'Drift';
export const configuration = 'Configuration';

// filters/FacetMenu.tsx
export const filterBy = (word: string) => `Filter by ${word}`;
export const find = (word: string) => `Find: ${word}`;
export const find2 = 'Find';
export const nothingToChooseFrom = 'Nothing to choose from.';
export const noneIsNamedSo = 'None is named so.';
export const andMoreFindThemByName = (count: number) => `And ${count} more: find them by name.`;

// filters/SettingFilter.tsx
export const configurationKeyKeyValueKeyText =
  'Configuration: KEY, KEY=value, KEY~text or free text, then Enter';
export const keyKeyValueKeyTextOr = 'KEY, KEY=value, KEY~text or free text, then Enter';
export const configurationKeyValue = 'Configuration: KEY=value';

// _app/instances/-FilterBar.tsx
export const filterTheInstances = 'Filter the instances';
export const filterByName = 'Filter by name';
export const clearTheName = 'Clear the name';

// _app/instances/-ViewDialog.tsx
export const aNameIsNeeded = 'A name is needed.';
export const renameOrShare = (name: string) => `Rename or share “${name}”`;
export const saveAsANewView = 'Save as a new view';
export const shareItWithEverybody = 'Share it with everybody';
export const theySeeInItWhatTheir =
  'They see in it what their roles let them see. You and administrators can change it.';
export const thisNeedsTheRoleOperatorOn = 'This needs the role operator on a cluster.';
export const showItFirst = 'Show it first';
export const instancesThenOpensWithItFor = 'Instances then opens with it, for you.';
export const theViewWasNotSaved = 'The view was not saved.';
export const cancel = 'Cancel';
export const save = 'Save';

// _app/instances/-Views.tsx
export const isReplaced = (name: string) => `“${name}” is replaced.`;
export const unsavedChanges = 'Unsaved changes';
export const undo = 'Undo';
export const views = 'Views';
export const view = (name: string) => `View: ${name}`;
export const allInstances = 'All instances';
export const add = 'add';
export const saveAsANewView2 = 'Save as a new view…';
export const needsAFilterOrOrder = 'needs a filter or order';
export const replace = (name: string) => `Replace “${name}”`;
export const allInstancesAreShownFirst = 'All instances are shown first.';
export const isShownFirst = (name: string) => `“${name}” is shown first.`;
export const doNotShowItFirst = 'Do not show it first';
export const edit = 'edit';
export const renameOrShare2 = 'Rename or share…';
export const deleteText = 'delete';
export const deleteText2 = 'Delete…';
export const theViewWasNotChanged = 'The view was not changed.';
export const deleteTheView = (name: string) => `Delete the view “${name}”?`;
export const deleteText3 = 'Delete';
export const theInstancesStaySoDoesWhat = (shared: boolean) =>
  `${shared ? 'Nobody has it any more. ' : ''}The instances stay; so does what is shown now.`;
export const yourViews = 'Your views';
export const sharedWithYou = 'Shared with you';
export const by = (ownerName: string) => `by ${ownerName}`;

// _app/instances/index.tsx
export const instances = 'Instances';
export const thereIsNoSuchViewOr = 'There is no such view, or it is not shared with you.';
export const theInstancesCouldNotBeBrought = 'The instances could not be brought up to date.';
export const theInstancesCouldNotBeLoaded = 'The instances could not be loaded.';
export const allShown = (total: number) => `All ${total} shown`;
export const ofShown = (count: number, total: number) => `${count} of ${total} shown`;
export const showMore = 'Show more';
export const noInstanceMatches = 'No instance matches';
export const clearTheFilters = 'Clear the filters';
export const allFiltersMustHoldAtOnce = 'All filters must hold at once. Take one away above, or all of them.';
export const noInstancesYet = 'No instances yet';
export const addGitlabProject = 'Add GitLab project';
export const addTheGitlabProjectOfA =
  'Add the GitLab project of a cluster; its instances appear here as soon as it was read.';
export const youSeeTheInstancesOfThe =
  'You see the instances of the clusters that an administrator lets you see.';
