// yaml/known.ts
export const hostOfTheLms = 'Host of the LMS';
export const hostOfStudio = 'Host of Studio';
export const hostOfThePreviewOfUnpublished = 'Host of the preview of unpublished courses';
export const hostOfTheMicroFrontends = 'Host of the micro-frontends';
export const hostOfCourseDiscovery = 'Host of course discovery';
export const hostOfECommerce = 'Host of e-commerce';
export const nameThatLearnersSee = 'Name that learners see';
export const addressThatLearnersWriteTo = 'Address that learners write to';
export const languageSuchAsEnOrPt = 'Language, such as en or pt-br';
export const whetherTheInstanceIsServedOver = 'Whether the instance is served over HTTPS';
export const whetherTutorRunsItsOwnProxy = 'Whether Tutor runs its own proxy';
export const branchOrTagOfAllParts = 'Branch or tag of all parts of Open edX';
export const gitAddressOfThePlatformsCode = "Git address of the platform's code";
export const branchOrTagOfThePlatforms = "Branch or tag of the platform's code";
export const pythonPackagesInstalledIntoTheImage = 'Python packages installed into the image';
export const tutorsPluginsThatAreOn = "Tutor's plugins that are on";
export const settingsOfTheSite = 'Settings of the site';
export const namespaceInTheClusterGroveTakes =
  'Namespace in the cluster; Grove takes the name of the instance';
export const idOfTheInstallationChosenBy = 'Id of the installation, chosen by Tutor once';
export const registryThatImagesComeFrom = 'Registry that images come from';
export const imageOfThePlatform = 'Image of the platform';
export const imageOfThePlatformForDevelopers = 'Image of the platform for developers';
export const hostOfMysql = 'Host of MySQL';
export const portOfMysql = 'Port of MySQL';
export const databaseOfThePlatformInMysql = 'Database of the platform in MySQL';
export const userOfThePlatformInMysql = 'User of the platform in MySQL';
export const hostOfMongodb = 'Host of MongoDB';
export const portOfMongodb = 'Port of MongoDB';
export const databaseOfThePlatformInMongodb = 'Database of the platform in MongoDB';
export const databaseOfTheForumInMongodb = 'Database of the forum in MongoDB';
export const bucketThatUploadedFilesAreIn = 'Bucket that uploaded files are in';
export const hostOfRedis = 'Host of Redis';
export const hostThatMailIsSentThrough = 'Host that mail is sent through';
export const portThatMailIsSentThrough = 'Port that mail is sent through';
export const whetherTutorRunsMysqlItself = 'Whether Tutor runs MySQL itself';
export const whetherTutorRunsMongodbItself = 'Whether Tutor runs MongoDB itself';
export const whetherTutorRunsRedisItself = 'Whether Tutor runs Redis itself';
export const whetherTutorRunsElasticsearchItself = 'Whether Tutor runs Elasticsearch itself';
export const settingsAddedToTheLms = 'Settings added to the LMS';
export const settingsAddedToStudio = 'Settings added to Studio';
export const settingsAddedToTheLmsAnd = 'Settings added to the LMS and Studio';
export const linesOfPythonAddedToThe = 'Lines of Python added to the settings';
export const jobsThatRunByASchedule = 'Jobs that run by a schedule';
export const microFrontendsBesidesTheUsualOnes = 'Micro-frontends besides the usual ones';
export const settingsOfAllMicroFrontends = 'Settings of all micro-frontends';
export const domainsThatLeadHereToo = 'Domains that lead here, too';
export const addressesThatLeadElsewhere = 'Addresses that lead elsewhere';
export const nameOfTheTheme = 'Name of the theme';
export const gitAddressOfTheThemesCode = "Git address of the theme's code";
export const branchOrTagOfTheThemes = "Branch or tag of the theme's code";
export const variablesOfTheSimpleThemeA = 'Variables of the simple theme, a map';
export const scssAddedToTheSimpleTheme = 'SCSS added to the simple theme';
export const filesAddedToTheSimpleTheme = 'Files added to the simple theme, by path';
export const howImagesAreBuilt = 'How images are built';
export const pullRequestsThatAreDeployed = 'Pull requests that are deployed';
export const nameOfTheCluster = 'Name of the cluster';
export const providerAwsDigitaloceanOrMinikube = 'Provider: aws, digitalocean or minikube';
export const domainOfTheClusterAndIts = 'Domain of the cluster and its functions';
export const regionAtTheProvider = 'Region at the provider';
export const regionAtDigitalocean = 'Region at DigitalOcean';
export const regionAtAws = 'Region at AWS';
export const leastNumberOfNodes = 'Least number of nodes';
export const mostNodesThatTheClusterGrows = 'Most nodes that the cluster grows to';
export const sizeOfANodeByThe = 'Size of a node, by the name of the provider';
export const sizeOfTheMysqlServer = 'Size of the MySQL server';
export const sizeOfTheMongodbServer = 'Size of the MongoDB server';
export const domainThatGrafanaPrometheusAndAlertmanager =
  'Domain that Grafana, Prometheus and Alertmanager are under';
export const whetherTheyAreReachedFromOutside = 'Whether they are reached from outside';
export const whoGetsWhichAlertYamlIn = 'Who gets which alert: YAML in a text';
export const addressThatHearsOfCertificatesThat = 'Address that hears of certificates that expire';
export const leavesBehindWhatIsStoredNow = 'leaves behind what is stored now';
export const startsAnotherVersionOfTheDatabase = 'starts another version of the database';
export const breaksPartsUntilTheInitJobs = 'breaks parts until the init jobs have run';
export const signsEveryoneOut = 'signs everyone out';
export const takesEffectWhenTheInitJobs = 'takes effect when the init jobs run';
export const changesItsAddress = 'changes its address';
export const rebuildsImages = 'rebuilds images';
export const runsMigrations = 'runs migrations';

// yaml/help.ts
export const doNotChangeItLightlyThat =
  'Do not change it lightly: that leaves behind what the instance has stored.';

// files/FilesPanel.tsx
export const noFiles = 'No files';
export const asOfCommit = (short: string) => `as of commit ${short}`;
export const search = 'Search';
export const copied = 'Copied';
export const copy = 'Copy';
export const readOnly = (path: string) => `${path}, read only`;
export const problems = 'Problems';
export const column = (column: number) => `, column ${column}`;
export const line = (file: string, line: number, text: string) => `${file}, line ${line}${text}`;

// editor/MergeDiff.tsx
export const and = (first: string, second: string) => `${first} and ${second}`;

// editor/Review.tsx
export const deployTheChange = 'Deploy the change';
export const preview = 'Preview';
export const nothingIsSentYet = 'Nothing is sent yet';
export const thePreview = 'The preview';
export const theChangeWasNotStarted = 'The change was not started.';
export const noReasonIsGiven = 'No reason is given.';
export const reason = (reason: string) => `Reason: ${reason}`;
export const takeInWhatTheyChanged = 'Take in what they changed';
export const backToTheEditor = 'Back to the editor';
export const whatIsWrong = 'What is wrong';
export const secretsChangeThatAreNotShown = 'Secrets change that are not shown:';
export const loadingChangesOf = (path: string) => `Loading: changes of ${path}`;
export const changesOf = (path: string) => `Changes of ${path}`;

// editor/FileTabs.tsx
export const files = 'Files';
export const changed = 'changed';
export const withProblems = 'with problems';
export const problemsIn = (path: string) => `Problems in ${path}`;
export const line2 = (line: number, column: string | false, message: string) =>
  `Line ${line}${column || ''}: ${message}`;
export const secretsAreMaskedWhatStaysMasked =
  'Secrets are masked. What stays masked stays what it is; type over one to change it.';

// editor/Form.tsx
export const thePlatform = 'The platform';
export const contactEMail = 'Contact e-mail';
export const hosts = 'Hosts';
export const lms = 'LMS';
export const studio = 'Studio';
export const microFrontends = 'Micro-frontends';
export const release = 'Release';
export const releaseOfOpenEdx = 'Release of Open edX';
export const repositoryOfThePlatform = 'Repository of the platform';
export const branchOrTagOfThePlatform = 'Branch or tag of the platform';
export const pluginsOneALine = 'Plugins, one a line';
export const theme = 'Theme';
export const repositoryOfTheTheme = 'Repository of the theme';
export const branchOrTagOfTheTheme = 'Branch or tag of the theme';
export const cannotBeReadCorrectItIn = (name: string) =>
  `${name} cannot be read; correct it in the file, then its keys can be changed here, too.`;
export const seeTheFile = 'See the file';

// editor/MergeConflicts.tsx
export const theirs = 'Theirs';
export const mine = 'Mine';
export const bothTheirsFirst = 'Both, theirs first';
export const changedMeanwhile = 'Changed meanwhile';
export const nowAtCommit = (short: string) => `now at commit ${short}`;
export const somebodyElseChangedWhatYouEdit =
  'Somebody else changed what you edit. Nothing that you typed is lost: it goes on top of theirs.';
export const nobodyElseChangedThisFile = 'Nobody else changed this file.';
export const youChangedOtherLinesThanThey = 'You changed other lines than they did; both are kept.';
export const bothOfYouChangedThis = 'Both of you changed this';
export const bothOfYouChangedThisOf = (i: number, count: number) =>
  `Both of you changed this, ${i} of ${count}`;
export const whatTheyChanged = 'What they changed';
export const loadingWhatTheyChangedIn = (path: string) => `Loading: what they changed in ${path}`;
export const whatTheyChangedIn = (path: string) => `What they changed in ${path}`;
export const thePreviewShowsWhatComesOf =
  'The preview shows what comes of it; all of it can still be edited.';
export const toBeDecided = (open: number) =>
  `${open} ${open === 1 ? 'place is' : 'places are'} to be decided.`;
export const dropMyChanges = 'Drop my changes';
export const goOnWithBoth = 'Go on with both';
export const whenYouBegan = 'when you began';
export const whenYouBegan2 = 'When you began';
export const noSuchLine = 'no such line';

// editor/UpdateEditor.tsx
export const commonKeys = 'Common keys';
export const why = 'Why';
export const reason2 = 'Reason';
export const standsInTheHistoryAndIn =
  'Stands in the history and in the commit, for whoever looks later. May stay empty.';
export const undoAll = 'Undo all';
export const correctWhatIsMarkedThenLook = 'Correct what is marked, then look at the preview.';
export const nothingIsChangedYet = 'Nothing is changed yet.';
export const changedNothingIsSentBeforeYou = (changed: number) =>
  `${changed} ${changed === 1 ? 'file is' : 'files are'} changed. Nothing is sent before you have seen the preview.`;

// editor/Update.tsx
export const loadingTheEditor = 'Loading: the editor';
