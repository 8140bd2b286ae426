export * from './words';

// filters/Chips.tsx
export const activeFilters = 'Active filters';
export const removeFilter = (label: string) => `Remove filter ${label}`;

// instances/columns.tsx
export const andPipeline = (id: number) => `, pipeline ${id}`;
export const driftBecause = (reason: string) => `Drift: ${reason}`;
export const drifted = (reason: string) => `, drifted: ${reason}`;
export const lastSeen = 'last seen ';
export const staleDataFrom = (time: string) => `Stale: data from ${time}`;
export const staleDataFrom2 = (time: string) => `, stale: data from ${time}`;

// instances/TableSkeleton.tsx
export const loadingInstances = 'Loading instances';

// _app/instances/-filter.ts
export const name2 = (name: string) => `Name: ${name}`;

// filters/FacetMenu.tsx
export const filterBy = (word: string) => `Filter by ${word}`;
export const searchFor = (word: string) => `Search ${word}`;
export const noOptions = 'No options';
export const moreSearchToFindThem = (count: number) => `${count} more; search to find them.`;

// filters/SettingFilter.tsx
export const configurationKeyKeyValueKey = 'Configuration: KEY, KEY=value, KEY~text or free text, then Enter';
export const keyKeyValueKeyText = 'KEY, KEY=value, KEY~text or free text, then Enter';
export const configurationKeyValue = 'Configuration: KEY=value';

// _app/instances/-FilterBar.tsx
export const filterInstances = 'Filter instances';
export const filterByName = 'Filter by name';
export const clearName = 'Clear name';

// _app/instances/-ViewDialog.tsx
export const renameOrShare = (name: string) => `Rename or share “${name}”`;
export const saveAsNewView = 'Save as new view';
export const shareWithEveryone = 'Share with everyone';
export const eachPersonSeesTheInstances =
  'Each person sees the instances they have access to. You and administrators can change the view.';
export const sharingRequiresTheOperatorRole = 'Sharing requires the Operator role on at least one cluster.';
export const makeDefault = 'Make default';
export const theInstancesPageOpensWith = 'The instances page opens with this view, for you only.';
export const couldntSaveTheView = 'Couldn’t save the view';

// _app/instances/-Views.tsx
export const viewSaved = (name: string) => `View “${name}” saved.`;
export const unsavedChanges = 'Unsaved changes';
export const undo = 'Undo';
export const shownFirst = 'shown first';
export const views = 'Views';
export const view = (name: string) => `View: ${name}`;
export const saveAsNewView2 = 'Save as new view…';
export const setAFilterOrSort = 'set a filter or sort order first';
export const saveChangesTo = (name: string) => `Save changes to “${name}”`;
export const thePageOpensWithAll = 'The page opens with all instances.';
export const thePageOpensWith = (name: string) => `The page opens with “${name}”.`;
export const removeAsDefault = 'Remove as default';
export const renameOrShare2 = 'Rename or share…';
export const deleteText2 = 'Delete…';
export const couldntChangeTheView = 'Couldn’t change the view';
export const deleteTheView = (name: string) => `Delete the view “${name}”?`;
export const theInstancesArentAffected = (shared: boolean) =>
  `${shared ? 'Everyone loses this view. ' : ''}The instances aren’t affected.`;
export const yourViews = 'Your views';
export const sharedWithYou = 'Shared with you';
export const by = (ownerName: string) => `by ${ownerName}`;

// _app/instances/index.tsx
export const thisViewDoesntExistOr = 'This view doesn’t exist or isn’t shared with you.';
export const couldntRefreshTheInstances = 'Couldn’t refresh the instances.';
export const couldntLoadTheInstances = 'Couldn’t load the instances.';
export const allShown = (total: number) => `All ${total} shown`;
export const ofShown = (count: number, total: number) => `${count} of ${total} shown`;
export const showMore = 'Show more';
export const noInstanceMatchesAllOf = 'No instance matches all of these filters. Remove one, or clear all.';
export const addAClustersGitlabProject =
  'Add a cluster’s GitLab project. Its instances appear here after the first sync.';
export const shared = 'shared';
export const someoneElse = 'someone else';
export const theLatestPipelineFailed = (id: number) => `Pipeline #${id} failed`;
export const checkTheFirstErrorThen = 'Check the first error, then retry.';
export const columns = 'Columns';
export const addAColumn = 'Add a setting as a column: its key, then Enter';
export const columnOfASetting = 'Add setting: KEY';
export const removeColumn = (key: string) => `Remove column ${key}`;
export const tag = 'Tag';
export const plugin = 'Plugin';
export const showSummaryOf = (instance: string) => `Show summary of ${instance}`;
export const filters = (count: number) => (count === 0 ? 'Filters' : `Filters (${count})`);
