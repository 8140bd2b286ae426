export * from './words';

// _app/projects/-FirstSync.tsx
export const firstSync = 'First sync';
export const couldntFinishTheFirstSync =
  'Couldn’t finish the first sync from this page. The scheduled sync continues it.';
export const projectSettings = 'Project settings';
export const addAnother = 'Add another';
export const inProgress = 'In progress';
export const upcoming = 'Upcoming';
export const addedToOcim = 'Added to Ocim';
export const asItsCredentialsAreEncrypted = (id: string) => `As ${id}. Its credentials are encrypted.`;
export const repositoryRead = 'Repository read';
export const atCommit = (short: string) => `At commit ${short}.`;
export const instancesFound = 'Instances found';
export const noInstancesYetInstancesIs = 'No instances yet: instances/ is empty.';
export const webhookInstalled = 'Webhook installed';
export const deployKey = 'Deploy key';
export const openfaasGateway = 'OpenFaaS gateway';

// projects/checks.ts
export const gitlabConnection = 'GitLab connection';
export const apiTokenAndScopes = 'API token and scopes';
export const project = 'Project';
export const defaultBranch = 'Default branch';
export const clusterYmlAndInstances = 'cluster.yml and instances/';
export const pushToTheDefaultBranch = 'Push to the default branch';
export const ciCd = 'CI/CD';
export const pipelineVariables = 'Pipeline variables';
export const triggerToken = 'Trigger token';
export const webhook = 'Webhook';
export const sync = 'Sync';
export const server = 'Server';
export const privateKey = 'Private key';
export const gateway = 'Gateway';
export const passed = 'Passed';
export const checking = 'Checking';
export const notRun = 'Not run';
export const checking2 = (value: string) => `Checking: ${value}`;

// projects/CheckList.tsx
export const retryCheck = (value: string) => `Retry check: ${value}`;
export const nextStep = 'Next step:';

// projects/useChecks.ts
export const theCheckDidntRun = 'The check didn’t run.';
export const retryTheCheck = 'Retry the check.';

// _app/projects/-ProjectForm.tsx
export const enterTheServersUrlStarting = 'Enter the server’s URL, starting with https://.';
export const enterTheProjectsUrlNumeric = 'Enter the project’s URL, numeric ID or path.';
export const enterATokenWithThe = 'Enter a token with the api scope.';
export const enterAPipelineTriggerToken = 'Enter a pipeline trigger token.';
export const gitlab = 'GitLab';
export const urlNumericIdOrPath = 'URL, numeric ID, or path such as grove/campus-aws.';
export const projectsCanBeOnDifferent = 'Projects can be on different GitLab servers.';
export const needsTheApiScopeAnd =
  'Needs the api scope and the Maintainer role. You won’t be able to view it again.';
export const aPipelineTriggerTokenOf =
  'A pipeline trigger token of the project. You won’t be able to view it again.';
export const optional = 'optional';
export const noneOcimDoesntNeedOne = 'None (Ocim doesn’t need one)';
export const generateOneAndRegisterIt = 'Generate one and register it in GitLab';
export const pasteAPrivateKeyTo = 'Paste a private key to register in GitLab';
export const pemFormatWithoutAPassphrase =
  'PEM format, without a passphrase. You won’t be able to view it again, only its fingerprint.';
export const theClustersOpenfaas = 'The cluster’s OpenFaaS';
export const optionalWithoutItHealthAnd = 'Optional. Without it, health and pods are unavailable.';
export const user = 'User';
export const inspectorSecret = 'Inspector secret';
export const theSecretSharedWithThe = 'The secret shared with the inspector in the cluster.';
export const checks = 'Checks';
export const ocimRunsTheseChecksFirst = (list: string) => (
  <>Ocim runs these checks first and saves the project only if all pass: {list}.</>
);
export const goTo = (value: string) => `Go to ${value}`;
export const couldntAddTheProject = 'Couldn’t add the project';
export const checkAndAdd = 'Check and add';
export const addAnyway = 'Add anyway';
export const someChecksCouldntRun = 'Some checks couldn’t run.';

// _app/projects/new.tsx
export const onlyAdministratorsCanAddProjects = 'Only administrators can add projects. Ask an administrator.';
export const projectAdded = (added: string) => `${added} added`;
export const eachProjectDefinesOneCluster = 'Each project defines one cluster and its instances.';
export const youCanLeaveThisPage = 'You can leave this page; the sync continues.';

// projects/health.ts
export const expiresSoon = 'Expires soon';

// _app/administration/projects
export const onlyOperators = 'Only operators can view project health. Ask an administrator.';
export const onlyAdministrators = 'Only administrators can change this. Ask an administrator.';

// _app/administration/projects/index.tsx
export const theProjects = 'the projects';
export const projects = 'Projects';
export const noProjectsYet = 'No projects yet';
export const addAGitlabProjectTo = 'Add a GitLab project to add its cluster.';
export const filterByNamePathOr = 'Filter by name, path or server';
export const ofText = (count: number, total: number) => `${count} of ${total}`;
export const checked = 'Checked';
export const on = (path: string, hostOf: string) => `${path} on ${hostOf}`;
export const expires = 'expires ';
export const waitingForGitLab = 'Waiting for GitLab';
export const stale = 'Stale';
export const synced = 'Synced';

// projects/facts.ts
export const minimumNodes = 'Minimum nodes';
export const maximumNodes = 'Maximum nodes';
export const mysqlSize = 'MySQL size';
export const mongodbSize = 'MongoDB size';
export const grafana = 'Grafana';
export const prometheus = 'Prometheus';
export const alertmanager = 'Alertmanager';
export const providersKubernetesConsole = 'Provider’s Kubernetes console';

// _app/administration/projects/-Credentials.tsx
export const replace = 'Replace…';
export const replaceTheApiToken = 'Replace the API token';
export const replaceTheTriggerToken = 'Replace the trigger token';
export const webhookSecret = 'Webhook secret';
export const generatedByOcim = 'generated by Ocim';
export const rotate = 'Rotate…';
export const rotateTheWebhookSecret = 'Rotate the webhook secret';
export const copyThePublicKey = 'Copy the public key';
export const generate = 'Generate…';
export const rotateTheDeployKey = 'Rotate the deploy key';
export const generateADeployKey = 'Generate a deploy key';
export const paste = 'Paste…';
export const pasteADeployKey = 'Paste a deploy key';
export const changeIt = 'Change…';
export const changeTheGateway = 'Change the gateway';
export const replaceTheInspectorSecret = 'Replace the inspector secret';
export const credentials = 'Credentials';
export const encryptedNeverDisplayed = 'Encrypted; never displayed';

// _app/administration/projects/-ProjectFrame.tsx
export const healthAndCredentials = 'Health and credentials';
export const detailsAndLinks = 'Details and links';
export const groveIntegration = 'Grove integration';
export const usageReport = 'Usage report';
export const gitlabProject2 = (cluster: string) => `${cluster}: GitLab project`;
export const on2 = (path: string, gitlabUrl: string) => `${path} on ${gitlabUrl}`;
export const theProject = 'the project';

// _app/administration/projects/-CredentialDialog.tsx
export const rotateTheWebhookSecret2 = 'Rotate the webhook secret?';
export const rotate2 = 'Rotate';
export const webhookSecretRotated = 'Webhook secret rotated.';
export const ocimGeneratesANewSecret =
  'Ocim generates a new secret and installs it in GitLab. The old secret keeps working for one hour, so no event is lost.';
export const rotateTheDeployKey2 = 'Rotate the deploy key?';
export const generateADeployKey2 = 'Generate a deploy key?';
export const generate2 = 'Generate';
export const deployKeyRegisteredInGitlab = 'Deploy key registered in GitLab.';
export const ocimGeneratesANewKey = 'Ocim generates a new key and registers it in GitLab.';
export const itRemovesTheOldKey = (fingerprint: string) => ` It removes the old key ${fingerprint}.`;
export const ocimTestsTheNewValue =
  'Ocim tests the new value with GitLab before it replaces the current one.';
export const ocimRegistersThePublicKey =
  'Ocim registers the public key in GitLab and removes the old deploy key.';
export const ocimTestsTheNewValues =
  'Ocim tests the new values with the gateway before they replace the current ones. For a new address, enter the password and the inspector secret again; otherwise an empty field keeps its current value.';
export const configureTheSameSecretFor =
  'Configure the same secret for the inspector in the cluster. At least 32 bytes.';
export const enterAPrivateKeyIn = 'Enter a private key in PEM format.';
export const enterASecretOfAt = 'Enter a secret of at least 32 bytes.';
export const gatewayChanged = 'Gateway changed.';
export const credentialReplaced = 'Credential replaced.';
export const leaveEmptyToRemoveThe =
  'Leave empty to remove the gateway; health and pods are then unavailable.';
export const couldntReplaceTheCredential = 'Couldn’t replace the credential';
export const replace2 = 'Replace';

// _app/administration/projects/-RemoveDialog.tsx
export const removeFromOcim = (id: string) => `Remove ${id} from Ocim?`;
export const ocimDeletesTheCredentialsAnd =
  'Ocim deletes the credentials and everything it read, and removes its webhook and deploy key from GitLab.';
export const notAffected = 'Not affected';
export const theGitlabProjectWithIts = (path: string) =>
  `the GitLab project ${path}, with its repository and pipelines`;
export const theClusterWithAllIts = 'the cluster, with all its instances and their data';
export const typeToConfirm = (id: string) => (
  <>
    Type <strong>{id}</strong> to confirm.
  </>
);
export const type = (id: string) => `Type ${id}`;
export const couldntRemoveTheProject = 'Couldn’t remove the project';
export const removeFromOcim2 = 'Remove from Ocim';
export const unchanged = 'Unchanged';
export const removed2 = (id: string) => `${id} removed`;
export const viewProjects = 'View projects';

// _app/administration/projects/$cluster/index.tsx
export const synced2 = (cluster: string) => `${cluster} synced.`;
export const syncNow = 'Sync now';
export const couldntSyncTheProject = 'Couldn’t sync the project';
export const checkAll = 'Check all';
export const ocimDeletesTheProjectIts =
  'Ocim deletes the project, its credentials and the data it read. The repository, the cluster and its instances aren’t affected.';
export const remove = 'Remove…';
export const id = (gitlabId: number) => `id ${gitlabId}`;
export const lastAttempt = 'Last attempt';
export const noExpiryDate = 'No expiry date';
export const expires2 = 'Expires ';

// _app/administration/projects/-Pairs.tsx
export const thisNameIsAlreadyListed = 'This name is already listed above.';
export const valueOf = (one: string, i: number) => `Value of ${one} ${i}`;
export const value = 'value';
export const remove2 = (name: string, one: string, i: number) =>
  `Remove ${name === '' ? `${one} ${i + 1}` : name}`;
export const add = (one: string) => `Add ${one}`;

// _app/administration/projects/-contractDraft.ts
export const enterAJsonList = 'Enter a JSON list.';

// _app/administration/projects/-MechanismPanel.tsx
export const pipelineTriggerWithVariables = 'Pipeline trigger with variables';
export const commitWithAMessage = 'Commit with a message';
export const newPipelineWithVariables = 'New pipeline with variables';
export const resetOne = (word: string) => `Reset to default: ${word}`;
export const method = 'Method';
export const commitMessage = 'Commit message';
export const placeholdersAnd =
  'Placeholders: {instance}, {deploymentId}, {repository}, {branch} and {entries}.';
export const placeholdersInValuesAnd =
  'Placeholders in values: {instance}, {deploymentId}, {repository}, {branch} and {entries}.';

// _app/administration/projects/-RoutesPanel.tsx
export const settingsForCreate = 'Settings for create';
export const routes = 'Routes';
export const theFirstMatchingRouteApplies =
  'The first matching route applies. “keys” lists the settings it takes (a trailing * matches any suffix); “prefix” is added to their names in the payload; “file” is where Grove writes them (empty for pipeline variables). The dry run of Create shows examples.';

// _app/administration/projects/-ContractEditor.tsx
export const howOcimTriggersEachGrove = (
  <>
    How Ocim triggers each Grove operation. A cluster on standard Grove needs no changes here. Each dry run
    shows the request for an instance named <code>example</code>.
  </>
);
export const reprovisioning = 'Reprovisioning';
export const allowAdministratorsToReprovisionThis = 'Allow administrators to reprovision this cluster';
export const reprovisioningChangesTheClustersInfrastructure =
  'Reprovisioning changes the cluster’s infrastructure, so it is off by default.';
export const couldntRunTheDryRun = 'Couldn’t run the dry run';
export const saveTheGroveIntegration = 'Save the Grove integration?';
export const groveIntegrationSaved = 'Grove integration saved.';
export const operationsThatAreAlreadyWaiting = (count: number, list: string) =>
  `${count === 0 ? 'No request changes.' : `New requests follow the dry run for: ${list}.`} Operations that are already waiting keep their planned request.`;
export const correctTheMarkedFields = 'Correct the marked fields.';
export const noChanges = 'No changes.';
export const reviewTheDryRunsThen = 'Review the dry runs, then save.';
export const runningDryRun = 'Running dry run…';

// _app/administration/projects/$cluster/contract.tsx
export const theGroveIntegration = 'the Grove integration';

// _app/administration/projects/-OverrideDialog.tsx
export const enterAValueToRemove = 'Enter a value. To remove the override, restore the repository’s value.';
export const override = (factWord: string) => `Override: ${factWord}`;
export const theRepositoryDoesntDefineIt = 'The repository doesn’t define it.';
export const inTheRepository = (found: string) => `In the repository: ${found}.`;
export const ocimShowsYourValueInstead = (text: string) =>
  `${text} Ocim shows your value instead, marked as overridden, until you remove it. GitLab and the cluster aren’t affected.`;
export const couldntSaveTheOverride = 'Couldn’t save the override';

// _app/administration/projects/$cluster/facts.tsx
export const couldntChange = (factWord: string) => `Couldn’t change ${factWord}`;
export const shown = 'Shown';
export const inTheRepository2 = 'In the repository';
export const overridden = (count: number) => `${count} overridden`;
export const overridden2 = 'Overridden';
export const notSet = 'Not set';
export const removeOverride = (what: string) => `Remove override: ${what}`;
export const removeOverride2 = 'Remove override';
export const override2 = (what: string) => `Override: ${what}`;
export const override3 = 'Override…';

// _app/administration/projects/-usageDraft.ts
export const notNeededWhenRowsAre = 'Not needed when rows are keyed by name.';
export const enterAWholeNumberFrom = 'Enter a whole number from 1 to 366.';

// _app/administration/projects/-UsageEditor.tsx
export const aNumberOfDaysUp = 'A number of days up to yesterday';
export const theLastFullMonth = 'The last full month';
export const usageReportSettingsSaved = 'Usage report settings saved.';
export const ocimCollectsUsageFromThis = 'Ocim collects usage from this cluster function once a day.';
export const functionText = 'Function';
export const functionNameInTheClusters = 'Function name in the cluster’s OpenFaaS.';
export const days = 'Days';
export const name2 = 'name';
export const sentAsQueryParametersPlaceholders =
  'Sent as query parameters. Placeholders: {from} and {to}, the first and last day of the period.';
export const supportsHistoricalData = 'Supports historical data';
export const ocimAlsoRequestsPastPeriods = 'Ocim also requests past periods, a few at a time.';
export const response = 'Response';
export const rows = 'Rows';
export const pathToTheInstancesSuch =
  'Path to the instances, such as data.instances; empty for the top level. A list, or a map keyed by instance name.';
export const parsedResult = 'Parsed result';
export const fromEarlierSettings = 'From earlier settings';
export const test = 'Test';
export const couldntSaveTheSettings = 'Couldn’t save the settings';
export const couldntParseTheReport = 'Couldn’t parse the report';
export const notTested = 'Not tested';
export const theTestCallsTheCluster = 'The test calls the cluster with these settings. Nothing is saved.';
export const to = (short: string, short2: string, numberOf: string, skipped: number, numberOf2: string) =>
  `${short} to ${short2}: ${numberOf}${skipped > 0 ? `, and ${numberOf2} without a name` : ''}.`;
export const testTheSettingsThenSave = 'Test the settings, then save.';

// _app/administration/projects/$cluster/usage.tsx
export const andMore = (count: number) => `and ${count} more`;
export const wrongClock = 'Clock is wrong';
