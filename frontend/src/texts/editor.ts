import { plural } from './plural';
// yaml/known.ts
export const lmsHost = 'LMS host';
export const studioHost = 'Studio host';
export const hostForPreviewsOfUnpublished = 'Host for previews of unpublished courses';
export const microFrontendHost = 'Micro-frontend host';
export const courseDiscoveryHost = 'Course discovery host';
export const eCommerceHost = 'E-commerce host';
export const platformNameShownToLearners = 'Platform name shown to learners';
export const contactAddressForLearners = 'Contact address for learners';
export const languageSuchAsEnOr = 'Language, such as en or pt-br';
export const serveTheInstanceOverHttps = 'Serve the instance over HTTPS';
export const runTutorsOwnProxy = 'Run Tutor’s own proxy';
export const gitBranchOrTagFor = 'Git branch or tag for all Open edX components';
export const gitUrlOfThePlatform = 'Git URL of the platform code';
export const gitBranchOrTagOf = 'Git branch or tag of the platform code';
export const pythonPackagesInstalledInThe = 'Python packages installed in the image';
export const enabledTutorPlugins = 'Enabled Tutor plugins';
export const siteSettings = 'Site settings';
export const kubernetesNamespaceGroveUsesThe = 'Kubernetes namespace; Grove uses the instance name';
export const installationIdGeneratedOnceBy = 'Installation ID, generated once by Tutor';
export const containerRegistry = 'Container registry';
export const platformImage = 'Platform image';
export const platformImageForDevelopment = 'Platform image for development';
export const mysqlHost = 'MySQL host';
export const mysqlPort = 'MySQL port';
export const mysqlDatabaseOfThePlatform = 'MySQL database of the platform';
export const mysqlUserOfThePlatform = 'MySQL user of the platform';
export const mongodbHost = 'MongoDB host';
export const mongodbPort = 'MongoDB port';
export const mongodbDatabaseOfThePlatform = 'MongoDB database of the platform';
export const mongodbDatabaseOfTheForum = 'MongoDB database of the forum';
export const bucketForUploadedFiles = 'Bucket for uploaded files';
export const redisHost = 'Redis host';
export const smtpHost = 'SMTP host';
export const smtpPort = 'SMTP port';
export const runMysqlWithTutor = 'Run MySQL with Tutor';
export const runMongodbWithTutor = 'Run MongoDB with Tutor';
export const runRedisWithTutor = 'Run Redis with Tutor';
export const runElasticsearchWithTutor = 'Run Elasticsearch with Tutor';
export const additionalLmsSettings = 'Additional LMS settings';
export const additionalStudioSettings = 'Additional Studio settings';
export const additionalLmsAndStudioSettings = 'Additional LMS and Studio settings';
export const pythonLinesAppendedToThe = 'Python lines appended to the settings';
export const scheduledJobs = 'Scheduled jobs';
export const additionalMicroFrontends = 'Additional micro-frontends';
export const settingsForAllMicroFrontends = 'Settings for all micro-frontends';
export const additionalDomains = 'Additional domains';
export const redirects = 'Redirects';
export const themeName = 'Theme name';
export const gitUrlOfTheTheme = 'Git URL of the theme';
export const gitBranchOrTagOf2 = 'Git branch or tag of the theme';
export const simpleThemeVariablesMap = 'Simple theme variables (map)';
export const scssAddedToTheSimple = 'SCSS added to the simple theme';
export const filesAddedToTheSimple = 'Files added to the simple theme, by path';
export const imageBuildSettings = 'Image build settings';
export const deployedPullRequests = 'Deployed pull requests';
export const clusterName = 'Cluster name';
export const providerAwsDigitaloceanOrMinikube = 'Provider: aws, digitalocean or minikube';
export const domainOfTheClusterAnd = 'Domain of the cluster and its functions';
export const providerRegion = 'Provider region';
export const digitaloceanRegion = 'DigitalOcean region';
export const awsRegion = 'AWS region';
export const minimumNumberOfNodes = 'Minimum number of nodes';
export const maximumNumberOfNodes = 'Maximum number of nodes';
export const nodeSizeAsTheProvider = 'Node size, as the provider names it';
export const mysqlServerSize = 'MySQL server size';
export const mongodbServerSize = 'MongoDB server size';
export const domainOfGrafanaPrometheusAnd = 'Domain of Grafana, Prometheus and Alertmanager';
export const exposeThemToTheInternet = 'Expose them to the internet';
export const alertRoutingAsYamlIn = 'Alert routing, as YAML in a string';
export const emailAddressForCertificateExpiry = 'Email address for certificate expiry notices';
export const leavesExistingDataBehind = 'leaves existing data behind';
export const startsAnotherVersionOfThe = 'starts another version of the database';
export const breaksPartsUntilTheInit = 'breaks parts until the init jobs have run';
export const signsEveryoneOut = 'signs everyone out';
export const takesEffectWhenTheInit = 'takes effect when the init jobs run';
export const changesItsAddress = 'changes its address';
export const rebuildsImages = 'rebuilds images';
export const runsMigrations = 'runs migrations';

// yaml/help.ts
export const changingThisLeavesTheInstances = 'Changing this leaves the instance’s existing data behind.';

// files/FilesPanel.tsx
export const noFiles = 'No files';
export const atCommit = (short: string) => `at commit ${short}`;
export const search = 'Search';
export const copied = 'Copied';
export const copy = 'Copy';
export const readOnly = (path: string) => `${path} (read-only)`;
export const problems = 'Problems';
export const column = (column: number) => `, column ${column}`;
export const line = (file: string, line: number, text: string) => `${file}, line ${line}${text}`;

// editor/MergeDiff.tsx
export const and = (first: string, second: string) => `${first} and ${second}`;

// editor/Review.tsx
export const deploy = 'Deploy';
export const preview = 'Preview';
export const nothingHasBeenSent = 'Nothing has been sent';
export const thePreview = 'the preview';
export const couldntStartTheUpdate = 'Couldn’t start the update';
export const noReason = 'No reason.';
export const reason = (reason: string) => `Reason: ${reason}`;
export const mergeTheirChanges = 'Merge their changes';
export const backToEditing = 'Back to editing';
export const secretsChangedHidden = 'Secrets changed (hidden):';
export const loadingChangesOf = (path: string) => `Loading changes of ${path}`;
export const changesIn = (path: string) => `Changes in ${path}`;

// editor/FileTabs.tsx
export const files = 'Files';
export const changed = 'changed';
export const withProblems = 'with problems';
export const problemsIn = (path: string) => `Problems in ${path}`;
export const line2 = (line: number, column: string | false, message: string) =>
  `Line ${line}${column || ''}: ${message}`;
export const secretsAreMaskedAMasked =
  'Secrets are masked. A masked value keeps its current secret; type over it to change it.';

// editor/Form.tsx
export const platform = 'Platform';
export const contactEmail = 'Contact email';
export const hosts = 'Hosts';
export const lms = 'LMS';
export const studio = 'Studio';
export const microFrontends = 'Micro-frontends';
export const release = 'Release';
export const openEdxRelease = 'Open edX release';
export const platformRepository = 'Platform repository';
export const platformBranchOrTag = 'Platform branch or tag';
export const pluginsOnePerLine = 'Plugins, one per line';
export const theme = 'Theme';
export const themeRepository = 'Theme repository';
export const themeBranchOrTag = 'Theme branch or tag';
export const couldntParseCorrectTheFile = (name: string) =>
  `Couldn’t parse ${name}. Correct the file to edit its keys here.`;
export const seeTheFile = 'See the file';

// editor/MergeConflicts.tsx
export const theirs = 'Theirs';
export const mine = 'Mine';
export const bothTheirsFirst = 'Both, theirs first';
export const changedInTheMeantime = 'Changed in the meantime';
export const nowAtCommit = (short: string) => `now at commit ${short}`;
export const someoneElseChangedThisConfiguration =
  'Someone else changed this configuration while you were editing. Your edits are kept and applied on top.';
export const noOneElseChangedThis = 'No one else changed this file.';
export const youChangedDifferentLinesBoth = 'You changed different lines; both changes are kept.';
export const conflict = 'Conflict';
export const conflictOf = (i: number, count: number) => `Conflict ${i} of ${count}`;
export const theirChanges = 'Their changes';
export const loadingTheirChangesIn = (path: string) => `Loading their changes in ${path}`;
export const theirChangesIn = (path: string) => `Their changes in ${path}`;
export const allConflictsResolvedYouCan = 'All conflicts resolved. You can still edit the result.';
export const leftToResolve = (open: number) => `${plural(open, 'conflict')} left to resolve.`;
export const discardMyChanges = 'Discard my changes';
export const continueWithTheMerge = 'Continue with the merge';
export const base = 'base';
export const base2 = 'Base';
export const noSuchLine = 'no such line';

// editor/UpdateEditor.tsx
export const commonKeys = 'Common keys';
export const reason2 = 'Reason';
export const reasonOptional = 'Reason (optional)';
export const savedInTheHistoryAnd = 'Saved in the history and the commit message.';
export const discardChanges = 'Discard changes';
export const correctTheMarkedProblemsFirst = 'Correct the marked problems first.';
export const noChangesYet = 'No changes yet.';
export const changedYoullReviewTheChanges = (changed: number) =>
  `${plural(changed, 'file')} changed. You’ll review the changes before anything is sent.`;

// editor/Update.tsx
export const loadingEditor = 'Loading editor';
