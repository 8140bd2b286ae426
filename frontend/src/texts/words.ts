/** Words that several catalogs have in common. A catalog that means something else by a name has its own. */

export {
  actions,
  cancel,
  changePassword,
  clusters,
  couldntChangeThePassword,
  discardChanges,
  email,
  enterAName,
  enterAnEmailAddress,
  logOut,
  ocim,
  password,
  passwordChanged,
  stale,
  theActionFailed,
} from './common';
export { none } from './lib';

export const about = 'About';
export const accepted = 'Accepted';
export const account = 'Account';
export const action = 'Action';
export const activity = 'Activity';
export const addGitlabProject = 'Add GitLab project';
export const added = 'Added';
export const address = 'Address';
export const allClusters = 'All clusters';
export const allInstances = 'All instances';
export const apiToken = 'API token';
export const apiTokens = 'API tokens';
export const archive = 'Archive';
export const asOf = 'As of ';
export const audit = 'Audit';
export const branch = 'Branch';
export const buildImages = 'Build images';
export const bulkChange = 'Bulk change';
export const bulkChanges = 'Bulk changes';
export const canceled = 'Canceled';
export const change = 'Change';
export const changed = 'Changed';
export const changedWord = 'changed';
export const clearAll = 'Clear all';
export const clearFilters = 'Clear filters';
export const closeLog = 'Close log';
export const cluster = 'Cluster';
export const compare = 'Compare';
export const configuration = 'Configuration';
export const copied = 'Copied';
export const copy = 'Copy';
export const created = 'Created';
export const currentPassword = 'Current password';
export const deleteText = 'Delete';
export const deploy = 'Deploy';
export const details = 'Details';
export const disabled = 'Disabled';
export const domain = 'Domain';
export const done = 'Done';
export const download = 'Download';
export const drift = 'Drift';
export const duration = 'Duration';
export const edit = 'Edit';
export const enterYourCurrentPassword = 'Enter your current password.';
export const events = 'Events';
export const expires = 'Expires';
export const failed = 'Failed';
export const follow = 'Follow';
export const forAtStart = 'For ';
export const forDuration = 'for ';
export const gitlabProject = 'GitLab project';
export const gitlabProjects = 'GitLab projects';
export const groveCommitsThisChangeTo = 'Grove commits this change to git.';
export const health = 'Health';
export const installation = 'Installation';
export const instance = 'Instance';
export const instanceName = 'Instance name';
export const instances = 'Instances';
export const inviteSomeone = 'Invite someone';
export const isProtected = 'Protected';
export const item = 'Item';
export const key = 'Key';
export const lastSync = 'Last sync';
export const lastUsed = 'Last used';
export const latestPipeline = 'Latest pipeline';
export const lifecycle = 'Lifecycle';
export const lines = 'Lines';
export const links = 'Links';
export const lms = 'LMS';
export const loadingLog = 'Loading log';
export const n30Days = '30 days';
export const n90Days = '90 days';
export const name = 'Name';
export const needsAttention = 'Needs attention';
export const never = 'Never';
export const noClustersYet = 'No clusters yet';
export const noInstancesYet = 'No instances yet';
export const noMatchesAmongTheMost = 'No matches among the most recent entries.';
export const noPipeline = 'No pipeline';
export const noPipelinesRunning = 'No pipelines running.';
export const noPods = 'No pods';
export const noReason = 'No reason.';
export const noResults = 'No results';
export const nodeSize = 'Node size';
export const nodes = 'Nodes';
export const notChecked = 'Not checked';
export const note = 'Note';
export const notifications = 'Notifications';
export const now = 'now';
export const on = 'On';
export const online = 'Online';
export const open = 'Open';
export const openInGitlab = 'Open in GitLab';
export const operation = 'Operation';
export const overview = 'Overview';
export const pause = 'Pause';
export const paused = 'Paused';
export const people = 'People';
export const period = 'Period';
export const pipeline = 'Pipeline';
export const pipelines = 'Pipelines';
export const platform = 'Platform';
export const pods = 'Pods';
export const preview = 'Preview';
export const problemsInFiles = 'Problems in files';
export const progress = 'Progress';
export const provider = 'Provider';
export const ready = 'Ready';
export const reason = 'Reason';
export const reasonOptional = 'Reason (optional)';
export const region = 'Region';
export const release = 'Release';
export const remove = 'Remove';
export const removed = 'Removed';
export const reprovision = 'Reprovision';
export const request = 'Request';
export const requested = 'Requested';
export const resetToDefault = 'Reset to default';
export const resume = 'Resume';
export const retry = 'Retry';
export const revoke = 'Revoke';
export const role = 'Role';
export const roleOnAllClusters = 'Role on all clusters';
export const roles = 'Roles';
export const rollBack = 'Roll back';
export const rollback = 'Rollback';
export const running = 'Running';
export const runningPipelines = 'Running pipelines';
export const save = 'Save';
export const savedInTheHistoryAnd = 'Saved in the history and the commit message.';
export const search = 'Search';
export const sent = 'Sent';
export const showEarlier = 'Show earlier';
export const since = 'since ';
export const site = 'Site';
export const skipped = 'Skipped';
export const starting = 'Starting';
export const state = 'State';
export const status = 'Status';
export const studio = 'Studio';
export const succeeded = 'Succeeded';
export const tags = 'Tags';
export const theAuditLog = 'the audit log';
export const theCluster = 'the cluster';
export const theClusters = 'the clusters';
export const theInstance = 'the instance';
export const theOperation = 'the operation';
export const thePipeline = 'the pipeline';
export const thePods = 'the pods';
export const thePreview = 'the preview';
export const theUsageReport = 'the usage report';
export const theme = 'Theme';
export const timeline = 'Timeline';
export const tutor = 'Tutor';
export const unarchive = 'Unarchive';
export const unknown = 'Unknown';
export const update = 'Update';
export const updated = 'Updated';
export const usage = 'Usage';
export const users = 'Users';
export const value = 'Value';
export const viewCluster = 'View cluster';
export const viewProject = 'View project';
export const waiting = 'Waiting';
export const whatHappens = 'What happens';
export const youDontHaveAccessTo = 'You don’t have access to any clusters. Ask an administrator.';
export const youDontHavePermission = 'You don’t have permission';
export const youDontHavePermissionAsk = 'You don’t have permission. Ask an administrator.';
