// _app/projects/-FirstSync.tsx
export const firstSync = 'First sync';
export const theCluster = 'The cluster';
export const theFirstSyncWasNotBrought =
  'The first sync was not brought to its end from here. The schedule goes on with it.';
export const toTheCluster = 'To the cluster';
export const toTheProjectsSettings = 'To the project’s settings';
export const addAnother = 'Add another';
export const done = 'Done';
export const underWay = 'Under way';
export const toCome = 'To come';
export const failed = 'Failed';
export const leftOut = 'Left out';
export const addedToOcim = 'Added to Ocim';
export const asItsCredentialsAreSealed = (id: string) => `As ${id}. Its credentials are sealed.`;
export const repositoryRead = 'Repository read';
export const atCommit = (short: string) => `At commit ${short}.`;
export const instancesFound = 'Instances found';
export const noneYetInstancesIsEmpty = 'None yet: instances/ is empty.';
export const webhookInstalled = 'Webhook installed';
export const deployKey = 'Deploy key';
export const openfaasGateway = 'OpenFaaS gateway';
export const progress = 'Progress';

// projects/checks.ts
export const gitlabCanBeReached = 'GitLab can be reached';
export const apiTokenAndItsScopes = 'API token and its scopes';
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
export const apiToken = 'API token';
export const privateKey = 'Private key';
export const gateway = 'Gateway';
export const password = 'Password';
export const passed = 'Passed';
export const skipped = 'Skipped';
export const waiting = 'Waiting';
export const checking = 'Checking';
export const notTried = 'Not tried';
export const notKnown = 'Not known';
export const notCheckedYet = 'Not checked yet';
export const checking2 = (value: string) => `Checking: ${value}`;

// projects/CheckList.tsx
export const checkAgain = (value: string) => `Check again: ${value}`;
export const checkAgain2 = 'Check again';
export const whatToDo = 'What to do:';

// projects/useChecks.ts
export const theCheckWasNotMade = 'The check was not made.';
export const checkAgain3 = 'Check again.';

// _app/projects/-ProjectForm.tsx
export const theAddressOfTheServerIs = 'The address of the server is needed, with https://.';
export const theProjectsAddressNumericIdOr = 'The project’s address, numeric id or path is needed.';
export const aTokenWithTheApiScope = 'A token with the api scope is needed.';
export const aPipelineTriggerTokenIsNeeded = 'A pipeline trigger token is needed.';
export const gitlab = 'GitLab';
export const addressOfItsPageNumericId = 'Address of its page, numeric id, or path such as grove/campus-aws.';
export const anyGitlabEachProjectMayBe = 'Any GitLab; each project may be on another.';
export const withTheApiScopeAndThe = 'With the api scope and the role Maintainer. It is never shown again.';
export const ofAPipelineTriggerOfThe = 'Of a pipeline trigger of the project. It is never shown again.';
export const mayBeLeftOut = 'may be left out';
export const noneOcimItselfNeedsNone = 'None: Ocim itself needs none';
export const ocimMakesOneAndRegistersIt = 'Ocim makes one and registers it at GitLab';
export const pasteAPrivateKeyWhichOcim = 'Paste a private key, which Ocim registers at GitLab';
export const inPemFormWithoutAPassphrase =
  'In PEM form, without a passphrase. It is never shown again; its fingerprint is.';
export const theClustersOpenfaas = 'The cluster’s OpenFaaS';
export const mayBeLeftOutThenHealth = 'may be left out; then health and pods stay unknown';
export const user = 'User';
export const inspectorSecret = 'Inspector secret';
export const sharedWithTheInspectorInThe = 'Shared with the inspector in the cluster.';
export const checks = 'Checks';
export const pressingLooksAtEachInTurn = (list: string) => (
  <>
    Pressing <em>Check and add</em> looks at each in turn: {list}. Nothing is kept until nothing fails.
  </>
);
export const toTheField = (value: string) => `To the field ${value}`;
export const theProjectWasNotAdded = 'The project was not added.';
export const checkAndAdd = 'Check and add';
export const addAllTheSame = 'Add all the same';
export const notAllChecksCouldBeMade = 'Not all checks could be made.';

// _app/projects/new.tsx
export const addGitlabProject = 'Add GitLab project';
export const yourRoleDoesNotAllowThis = 'Your role does not allow this';
export const onlyAdministratorsAddProjectsSinceThat =
  'Only administrators add projects, since that takes tokens that may change the repository. Ask one of them.';
export const isAdded = (added: string) => `${added} is added`;
export const oneProjectDescribesOneClusterAnd = 'One project describes one cluster and the instances on it.';
export const youCanLeaveItGoesOn = 'You can leave: it goes on without this page.';

// projects/health.ts
export const expiresSoon = 'Expires soon';

// _app/administration/projects/-NoRole.tsx
export const askAnAdministrator = (who: string) =>
  `${who === 'Operators' ? 'Only operators see how projects fare.' : 'Only administrators change this.'} Ask an administrator.`;

// _app/administration/projects/index.tsx
export const gitlabProjects = 'GitLab projects';
export const operators = 'Operators';
export const eachDescribesOneClusterAndThe = 'Each describes one cluster and the instances on it.';
export const theProjects = 'The projects';
export const projects = 'Projects';
export const noProjectsYet = 'No projects yet';
export const aClusterComesIntoOcimWith = 'A cluster comes into Ocim with its GitLab project.';
export const filterByNamePathOrServer = 'Filter by name, path or server';
export const onlyThoseThatNeedSomebody = 'Only those that need somebody';
export const ofText = (count: number, total: number) => `${count} of ${total}`;
export const noProjectMatches = 'No project matches';
export const clearTheFilters = 'Clear the filters';
export const lastSync = 'Last sync';
export const checked = 'Checked';
export const on = (path: string, hostOf: string) => `${path} on ${hostOf}`;
export const ends = 'ends ';
export const never = 'Never';
export const stale = 'Stale';
export const read = 'Read';

// projects/facts.ts
export const name = 'Name';
export const provider = 'Provider';
export const region = 'Region';
export const domain = 'Domain';
export const nodeSize = 'Node size';
export const nodesAtLeast = 'Nodes, at least';
export const nodesAtMost = 'Nodes, at most';
export const mysqlSize = 'MySQL size';
export const mongodbSize = 'MongoDB size';
export const gitlabProject = 'GitLab project';
export const grafana = 'Grafana';
export const prometheus = 'Prometheus';
export const alertmanager = 'Alertmanager';
export const kubernetesAtTheProvider = 'Kubernetes at the provider';

// _app/administration/projects/-Credentials.tsx
export const replace = 'Replace…';
export const replaceTheApiToken = 'Replace the API token';
export const replaceTheTriggerToken = 'Replace the trigger token';
export const webhookSecret = 'Webhook secret';
export const madeByOcim = 'made by Ocim';
export const rotate = 'Rotate…';
export const rotateTheWebhookSecret = 'Rotate the webhook secret';
export const since = 'since ';
export const copied = 'Copied';
export const copyThePublicKey = 'Copy the public key';
export const makeOne = 'Make one…';
export const rotateTheDeployKey = 'Rotate the deploy key';
export const makeADeployKey = 'Make a deploy key';
export const paste = 'Paste…';
export const pasteADeployKey = 'Paste a deploy key';
export const change = 'Change…';
export const changeTheGateway = 'Change the gateway';
export const replaceTheInspectorSecret = 'Replace the inspector secret';
export const credentials = 'Credentials';
export const sealedNoneIsEverShown = 'sealed; none is ever shown';
export const knownOfIt = 'Known of it';

// _app/administration/projects/-ProjectFrame.tsx
export const healthAndCredentials = 'Health and credentials';
export const factsAndLinks = 'Facts and links';
export const contract = 'Contract';
export const usageReport = 'Usage report';
export const gitlabProject2 = (cluster: string) => `${cluster}, GitLab project`;
export const on2 = (path: string, gitlabUrl: string) => `${path} on ${gitlabUrl}`;
export const theProject = 'The project';

// _app/administration/projects/-CredentialDialog.tsx
export const rotateTheWebhookSecret2 = 'Rotate the webhook secret?';
export const rotate2 = 'Rotate';
export const theWebhookHasANewSecret = 'The webhook has a new secret.';
export const ocimMakesANewSecretAnd =
  'Ocim makes a new secret and installs it at GitLab. The former one is accepted for another hour, so that no event under way is lost.';
export const rotateTheDeployKey2 = 'Rotate the deploy key?';
export const makeADeployKey2 = 'Make a deploy key?';
export const makeIt = 'Make it';
export const theNewDeployKeyIsRegistered = 'The new deploy key is registered at GitLab.';
export const ocimMakesANewKeyAnd = 'Ocim makes a new key and registers it at GitLab.';
export const theFormerOneIsRemovedThere = (fingerprint: string) =>
  ` The former one, ${fingerprint}, is removed there.`;
export const gitlabIsAskedWhetherItIs =
  'GitLab is asked whether it is good before it takes the place of the one that works.';
export const ocimRegistersItsPublicHalfAt =
  'Ocim registers its public half at GitLab and removes the former deploy key there.';
export const theGatewayIsAskedWhetherIt =
  'The gateway is asked whether it is good before it takes the place of the one that works. What you leave empty of user and password stays as it is.';
export const theInspectorInTheClusterHas =
  'The inspector in the cluster has to be given the same one, at least 32 bytes.';
export const aPrivateKeyInPemForm = 'A private key in PEM form is needed.';
export const aSecretOfAtLeast32 = 'A secret of at least 32 bytes is needed.';
export const theGatewayIsChanged = 'The gateway is changed.';
export const itIsReplaced = 'It is replaced.';
export const anEmptyOneTakesTheGateway =
  'An empty one takes the gateway away; health and pods stay unknown then.';
export const itWasNotReplaced = 'It was not replaced.';
export const cancel = 'Cancel';
export const change2 = 'Change';
export const replace2 = 'Replace';

// _app/administration/projects/-RemoveDialog.tsx
export const removeFromOcim = (id: string) => `Remove ${id} from Ocim?`;
export const ocimForgetsItsCredentialsAndAll =
  'Ocim forgets its credentials and all that it read, and takes its webhook and deploy key from GitLab.';
export const thisStaysAsItIs = 'This stays as it is';
export const theGitlabProjectWithItsRepository = (path: string) =>
  `the GitLab project ${path}, with its repository and pipelines`;
export const theClusterWithAllItsInstances = 'the cluster, with all its instances and their data';
export const theAuditLog = 'the audit log';
export const typeToConfirmIt = (id: string) => (
  <>
    Type <strong>{id}</strong> to confirm it.
  </>
);
export const type = (id: string) => `Type ${id}`;
export const itWasNotRemoved = 'It was not removed.';
export const leaveIt = 'Leave it';
export const removeFromOcim2 = 'Remove from Ocim';
export const gone = 'Gone';
export const leftAsItWas = 'Left as it was';
export const isRemoved = (id: string) => `${id} is removed`;
export const toTheProjects = 'To the projects';

// _app/administration/projects/$cluster/index.tsx
export const wasReadFromGitlab = (cluster: string) => `${cluster} was read from GitLab.`;
export const syncNow = 'Sync now';
export const itWasNotSynced = 'It was not synced.';
export const checkAll = 'Check all';
export const ocimForgetsTheProjectItsCredentials =
  'Ocim forgets the project, its credentials and what it read of it. Nothing is destroyed: the repository, the cluster and its instances stay as they are.';
export const remove = 'Remove…';
export const id = (gitlabId: number) => `id ${gitlabId}`;
export const lastRead = 'Last read';
export const lastTried = 'Last tried';
export const noEndIsKnown = 'No end is known';
export const ends2 = 'Ends ';
export const added = 'Added';
export const problemsInItsFiles = 'Problems in its files';

// _app/administration/projects/-Pairs.tsx
export const valueOf = (one: string, i: number) => `Value of ${one} ${i}`;
export const value = 'value';
export const remove2 = (name: string, one: string, i: number) =>
  `Remove ${name === '' ? `${one} ${i + 1}` : name}`;
export const addA = (one: string) => `Add a ${one}`;

// _app/administration/projects/-contractDraft.ts
export const thisIsNoListInJson = 'This is no list in JSON';
export const operationsVariables = (kind: string, id: number) => `operations.${kind}.variables#${id}`;

// _app/administration/projects/-MechanismPanel.tsx
export const pipelineTriggerWithVariables = 'Pipeline trigger, with variables';
export const commitWithAMessage = 'Commit, with a message';
export const newPipelineWithVariables = 'New pipeline, with variables';
export const otherThanNow = 'Other than now';
export const operations = (kind: string) => `operations.${kind}`;
export const backToTheDefault = (word: string) => `Back to the default: ${word}`;
export const backToTheDefault2 = 'Back to the default';
export const askedForBy = 'Asked for by';
export const commitMessage = 'Commit message';
export const mayHoldAnd = 'May hold {instance}, {deploymentId}, {repository}, {branch} and {entries}.';
export const valuesMayHoldAnd =
  'Values may hold {instance}, {deploymentId}, {repository}, {branch} and {entries}.';

// _app/administration/projects/-RoutesPanel.tsx
export const settingsOfACreate = 'Settings of a create';
export const backToTheDefaultSettingsOf = 'Back to the default: Settings of a create';
export const routes = 'Routes';
export const theFirstRouteThatTakesA =
  'The first route that takes a setting counts. keys are the settings it takes, * at their end stands for any rest; prefix is put before them in the payload; file is where Grove writes them, absent for variables of the pipeline. The dry run of Create shows some.';

// _app/administration/projects/-ContractEditor.tsx
export const howEachOperationReachesThisClusters = (
  <>
    How each operation reaches this cluster’s Grove. A cluster on Grove’s own sources needs no change here.
    Beside each stands what would be sent for an instance called <code>example</code>.
  </>
);
export const reprovisioning = 'Reprovisioning';
export const administratorsMayReprovisionThisClusterFrom =
  'Administrators may reprovision this cluster from here';
export const itChangesTheClustersOwnInfrastructure =
  'It changes the cluster’s own infrastructure, so it is switched off until it is wanted.';
export const itCouldNotBeTriedWhat = 'It could not be tried what would be sent.';
export const undoAll = 'Undo all';
export const saveTheContract = 'Save the contract';
export const saveTheContract2 = 'Save the contract?';
export const save = 'Save';
export const theContractIsSaved = 'The contract is saved.';
export const operationsThatWaitAlreadyStayAs = (count: number, list: string) =>
  `${count === 0 ? 'No operation is asked for in another way.' : `From now on these are asked for as the dry run shows: ${list}.`} Operations that wait already stay as they were planned.`;
export const correctWhatIsMarked = 'Correct what is marked.';
export const nothingIsChanged = 'Nothing is changed.';
export const lookAtWhatWouldBeSent = 'Look at what would be sent, then save.';
export const tryingWhatWouldBeSent = 'Trying what would be sent…';

// _app/administration/projects/$cluster/contract.tsx
export const administrators = 'Administrators';
export const theContract = 'The contract';

// _app/administration/projects/-OverrideDialog.tsx
export const somethingHasToBeShownTo = 'Something has to be shown; to undo it, show what was found.';
export const setByHand = (factWord: string) => `Set by hand: ${factWord}`;
export const theRepositorySaysNothingOfIt = 'The repository says nothing of it.';
export const theRepositorySays = (found: string) => `The repository says: ${found}`;
export const whatYouSetIsShownIn = (text: string) =>
  `${text} What you set is shown in its place, marked as set by hand, until you undo it. It changes nothing at GitLab or in the cluster.`;
export const itWasNotChanged = 'It was not changed.';
export const set = 'Set';

// _app/administration/projects/$cluster/facts.tsx
export const wasNotChanged = (factWord: string) => `${factWord} was not changed.`;
export const shown = 'Shown';
export const foundInTheRepository = 'Found in the repository';
export const facts = 'Facts';
export const links = 'Links';
export const setByHand2 = (count: number) => `${count} set by hand`;
export const setByHand3 = 'Set by hand';
export const notKnown2 = 'not known';
export const nothing = 'nothing';
export const showWhatWasFound = (what: string) => `Show what was found: ${what}`;
export const showWhatWasFound2 = 'Show what was found';
export const setByHand4 = (what: string) => `Set by hand: ${what}`;
export const setByHand5 = 'Set by hand…';

// _app/administration/projects/-usageDraft.ts
export const nameOfTheInstance = 'Name of the instance';
export const notNeededWhenRowsAreBy = 'Not needed when rows are by name.';
export const usageQuery = (id: number) => `usage.query#${id}`;
export const aWholeNumberFrom1To = 'A whole number from 1 to 366 is needed.';

// _app/administration/projects/-UsageEditor.tsx
export const someDaysUpToYesterday = 'Some days, up to yesterday';
export const theLastFullMonth = 'The last full month';
export const howTheUsageReportIsAsked = 'How the usage report is asked for is saved.';
export const onceADayAFunctionOf =
  'Once a day a function of the cluster is asked who used its instances. What it is called and how its answer reads is up to the cluster, so it is written down here.';
export const howItIsAskedFor = 'How it is asked for';
export const functionText = 'Function';
export const itsNameInTheClustersOpenfaas = 'Its name in the cluster’s OpenFaaS.';
export const period = 'Period';
export const days = 'Days';
export const name2 = 'name';
export const sentInTheQueryValuesMay =
  'Sent in the query. Values may hold {from} and {to}, the first day of the period and its last.';
export const itCanTellOfThePast = 'It can tell of the past as it was';
export const thenItIsAskedForPeriods = 'Then it is asked for periods long past, too, a few at a time.';
export const howItIsRead = 'How it is read';
export const rows = 'Rows';
export const pathToTheInstancesSuchAs =
  'Path to the instances, such as data.instances; empty is the whole answer. They are a list, or have the names of instances as keys.';
export const whatIsUnderstood = 'What is understood';
export const ofWhatWasTypedBefore = 'Of what was typed before';
export const tryIt = 'Try it';
export const itWasNotSaved = 'It was not saved.';
export const theReportWasNotUnderstood = 'The report was not understood.';
export const notTriedYet = 'Not tried yet';
export const theClusterIsAskedByWhat = 'The cluster is asked by what is typed here. Nothing is kept.';
export const fromTo = (short: string, short2: string, numberOf: string, skipped: number, numberOf2: string) =>
  `From ${short} to ${short2}: ${numberOf}${skipped > 0 ? `, and ${numberOf2} without a name` : ''}.`;
export const instance = 'Instance';
export const tryItThenSave = 'Try it, then save.';

// _app/administration/projects/$cluster/usage.tsx
export const theUsageReport = 'The usage report';
