import type { ReactNode } from 'react';

// _app/clusters/index.tsx
export const clusters = 'Clusters';
export const theClusters = 'The clusters';
export const allClusters = 'All clusters';
export const name = 'Name';
export const online = 'Online';
export const provider = 'Provider';
export const instances = 'Instances';
export const stateOfTheInstances = 'State of the instances';
export const latestPipeline = 'Latest pipeline';
export const trouble = 'Trouble';
export const none = 'None';
export const notRead = (syncError: string) => `Not read: ${syncError}`;
export const aProblemInItsFiles = 'A problem in its files';
export const problemsInItsFiles = (problems: number) => `${problems} problems in its files`;
export const noClustersYet = 'No clusters yet';
export const addGitlabProject = 'Add GitLab project';
export const aClusterIsOneGitlabProject =
  'A cluster is one GitLab project. Add it, and Ocim reads its instances.';
export const youSeeTheClustersThatAn = 'You see the clusters that an administrator lets you see.';

// _app/clusters/$cluster/index.tsx
export const remove = 'Remove';
export const update = 'Update';
export const deployANewInstance = 'Deploy a new instance';
export const theCluster = 'The cluster';
export const facts = 'Facts';
export const configuration = 'Configuration';
export const theProjectWasNotReadYet = 'The project was not read yet.';
export const since = 'since ';
export const lookAtTheProject = 'Look at the project';
export const lifecycle = 'Lifecycle';
export const region = 'Region';
export const domain = 'Domain';
export const nodes = 'Nodes';
export const nodeSize = 'Node size';
export const gitlabProject = 'GitLab project';
export const id = (projectId: number) => `id ${projectId}`;
export const readFromGitlab = 'Read from GitLab';
export const health = 'Health';
export const healthOfInstances = 'Health of instances';
export const asOf = 'As of ';
export const theClusterWasNotAskedYet = 'The cluster was not asked yet.';
export const to = (nodesMin: string, nodesMax: string) => `${nodesMin} to ${nodesMax}`;
export const setByHandFound = (list: string) => `set by hand; found: ${list}`;
export const links = 'Links';
export const notKnown = (factWord: string) => `${factWord}: not known`;
export const setItByHand = 'Set it by hand';
export const clusterYmlMayNotNameIt = (link: ReactNode) => <>cluster.yml may not name it. {link}</>;
export const filterThem = 'Filter them';
export const noInstancesYet = 'No instances yet';
export const nothingStandsUnderInTheRepository = (
  <>
    Nothing stands under <code>instances/</code> in the repository.
  </>
);
export const instancesOf = (name: string) => `Instances of ${name}`;
export const whatRuns = 'What runs';
export const notKnown2 = 'Not known';
export const loadingWhatRuns = 'Loading: what runs';

// _app/clusters/-NextSteps.tsx
export const whatHappens = 'What happens';
export const ocimStoresTheOperationIfIs = (name: string) =>
  `Ocim stores the operation. If ${name} is busy it waits for its turn.`;
export const gitlabGetsATriggerGroveWrites = (part: ReactNode) => (
  <>GitLab gets a trigger; Grove writes {part} and merges it.</>
);
export const aPipelineBuildsAndDeploysA =
  'A pipeline builds and deploys. A first deployment takes about 25 minutes.';
export const theInstanceIsActiveWhenThat = 'The instance is active when that pipeline succeeds.';

// _app/clusters/-DeployForm.tsx
export const onlyWhatDiffersFromTheClusters =
  "# Only what differs from the cluster's defaults.\nPLATFORM_NAME: \nCONTACT_EMAIL: \n";
export const loadingThePreview = 'Loading: the preview';
export const deploy = 'Deploy';
export const nameOfTheInstance = 'Name of the instance';
export const smallLettersDigitsAndHyphensIt =
  'Small letters, digits and hyphens. It becomes the namespace, and cannot be changed.';
export const isFreeOn = (name: string, name2: string) => `${name} is free on ${name2}.`;
export const overrides = 'Overrides';
export const yamlTutorAndGroveKeys = 'YAML; Tutor and Grove keys';
export const overridesInYaml = 'Overrides in YAML';
export const problemsInTheOverrides = 'Problems in the overrides';
export const line = (line: number, message: string) => `Line ${line}: ${message}`;
export const why = 'Why';
export const reason = 'Reason';
export const standsInTheHistoryForWhoever = 'Stands in the history, for whoever looks later. May stay empty.';
export const whatHappensNext = 'What happens next';
export const itCannotBeDeployedSo = 'It cannot be deployed so.';
export const preview = 'Preview';

// _app/clusters/$cluster/deploy.tsx
export const deployOn = (cluster: string) => `Deploy on ${cluster}`;
export const onFromTheClustersDefaultsAnd = (name: string) =>
  `On ${name}, from the cluster's defaults and what you override.`;
export const yourRoleDoesNotAllowThis = 'Your role does not allow this';
export const deployingNeedsTheRoleOfAn =
  'Deploying needs the role of an operator on this cluster. Ask an administrator.';

// _app/clusters/$cluster/pipelines/$pipeline.tsx
export const pipeline = (id: string) => `Pipeline #${id}`;
export const openInGitlab = 'Open in GitLab';
export const thePipeline = 'The pipeline';
export const gitlabCouldNotBeAsked = 'GitLab could not be asked';
export const thisIsTheLastKnownState = (stale: string) => `${stale} This is the last known state.`;
export const jobs = 'Jobs';
export const noJobsOfItsOwn = 'No jobs of its own';
export const thePipelinesItStartedHaveThem = 'The pipelines it started have them.';
export const childPipeline = (id: number) => `Child pipeline #${id}`;
export const openIt = 'Open it';
export const theChildPipeline = 'The child pipeline';
export const whatPeopleDid = 'What people did';
export const status = 'Status';
export const operation = 'Operation';
export const startedBy = 'Started by';
export const branch = 'Branch';
export const commit = 'Commit';
export const parent = 'Parent';
export const created = 'Created';
export const took = 'Took';
export const updated = 'Updated';

// _app/clusters/-FourFacts.tsx
export const askedForItsFirstDeploymentHas = 'Asked for; its first deployment has not succeeded yet.';
export const inGitAndDeployed = 'In git, and deployed.';
export const takenOutOfGitByAn = 'Taken out of git by an archive operation.';
export const leftGit = 'Left git.';
export const changed = 'Changed ';
export const by = (changedBy: string) => ` by ${changedBy}`;
export const noOperationOfGrove = 'No operation of Grove';
export const noneIsKnown = 'None is known.';
export const since2 = 'Since ';
export const lookAtTheCluster = 'Look at the cluster';
export const age = 'Age';
export const twoTurnsWereMissed = 'Two turns were missed.';
export const upToDate = 'Up to date.';
export const gitAtCommit = (short: string) => `Git at commit ${short}.`;
export const clusterSeen = 'Cluster seen ';
export const theClusterWasNeverSeen = 'The cluster was never seen.';
export const refresh = 'Refresh.';
export const gitlabAsOf = (time: string, stale: boolean) => `GitLab as of ${time}${stale ? ', stale' : ''}`;
export const neverRead = 'Never read';
export const waitForItsOperationOrRead = 'Wait for its operation, or read why it failed.';
export const unarchiveItToDeployItAgain = 'Unarchive it to deploy it again.';
export const readItsFirstErrorThenRetry = 'Read its first error, then retry.';
export const itWaitsForAPersonIn = 'It waits for a person in GitLab.';
export const retryItOrUpdateTheInstance = 'Retry it, or update the instance.';
export const theClusterHasNotToldYet = 'The cluster has not told yet.';
export const allThatShouldRunIsReady = 'All that should run is ready.';

// _app/clusters/-InstanceTabs.tsx
export const usage = 'Usage';
export const pipelinesAndOperations = 'Pipelines and operations';

// _app/clusters/$cluster/instances/$instance/index.tsx
export const on = (name: string, cluster: string) => `${name} on ${cluster}`;
export const theInstance = 'The instance';
export const partsOf = (instance: string) => `Parts of ${instance}`;
export const loadingThisPart = 'Loading: this part';
export const nothingRuns = 'Nothing runs';
export const itsFirstDeploymentHasNotSucceeded =
  'Its first deployment has not succeeded yet. The operation above says how far it is.';
export const itIsArchivedItsPodsWere = 'It is archived: its pods were taken down.';
export const groveWritesThemToTheRepository =
  'Grove writes them to the repository when the operation is accepted.';
export const thisInstanceIsNotInThe = 'This instance is not in the repository.';
export const compare = 'Compare';
export const studio = 'Studio';
export const release = 'Release';
export const theme = 'Theme';
export const itsUsageReport = 'its usage report';
export const askedAgain = (format: string) => `Asked again: ${format}.`;
export const refresh2 = 'Refresh';
export const itWasNotReadAgain = 'It was not read again.';

// _app/clusters/$cluster/instances/$instance/compare.tsx
export const compare2 = (instance: string) => `Compare ${instance}`;
export const whatDiffersBetweenItsConfigurationAnd =
  'What differs between its configuration and another, as both are in git.';
export const compareWith = 'Compare with';
export const differences = 'Differences';
export const nothingChosenYet = 'Nothing chosen yet';
export const chooseAnInstanceAnOperationOr = 'Choose an instance, an operation or a commit.';
export const commit2 = (short: string) => `commit ${short}`;
export const theConfigurationOf = (instance: string) => `The configuration of ${instance}`;
export const theConfigurationOf2 = (name: string) => `The configuration of ${name}`;
export const secretsAreMaskedOnBothSides =
  'Secrets are masked on both sides, so nothing here tells whether they differ.';

// _app/clusters/$cluster/instances/$instance/history.tsx
export const historyOf = (instance: string) => `History of ${instance}`;
export const everyOperationThatOcimWasAsked =
  'Every operation that Ocim was asked for: who, when, why, what it changed and how it went.';
export const operations = 'Operations';
export const theHistory = 'The history';
export const nothingYet = 'Nothing yet';
export const ocimWasNeverAskedForAn = 'Ocim was never asked for an operation of this instance.';
export const operationsNewestFirst = 'Operations, newest first';
export const showEarlierOnes = 'Show earlier ones';

// _app/clusters/$cluster/instances/$instance/update.tsx
export const update2 = (instance: string) => `Update ${instance}`;
export const changeItsConfigurationLookAtWhat =
  'Change its configuration, look at what that does, then deploy it.';
export const theConfiguration = 'The configuration';
export const updatingNeedsTheRoleOfAn =
  'Updating needs the role of an operator on this cluster. Ask an administrator.';
