import type { components, paths } from './schema';

/** What a route answers when it succeeds. */
export type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: infer Responses;
}
  ? Responses[Extract<keyof Responses, 200 | 201 | 202>] extends {
      content: { 'application/json': infer Body };
    }
    ? Body
    : never
  : never;

/** What a route takes. */
type Body<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  requestBody: { content: { 'application/json': infer Taken } };
}
  ? Taken
  : never;

export type InstancePage = Answer<'/clusters/v1/instances', 'get'>;
export type InstanceFilter = NonNullable<paths['/clusters/v1/instances']['get']['parameters']['query']>;
export type ClusterTree = Answer<'/clusters/v1/clusters', 'get'>;
export type ClusterPage = Answer<'/clusters/v1/clusters/{cluster}', 'get'>;
export type InstanceDetails = Answer<'/instances/v1/clusters/{cluster}/instances/{instance}', 'get'>;
export type PodList = Answer<'/instances/v1/clusters/{cluster}/instances/{instance}/pods', 'get'>;
export type Replication = Answer<'/instances/v1/clusters/{cluster}/instances/{instance}/replication', 'get'>;
export type EventList = Answer<'/instances/v1/clusters/{cluster}/instances/{instance}/events', 'get'>;
export type NodeList = Answer<'/clusters/v1/clusters/{cluster}/nodes', 'get'>;
export type WarningList = Answer<'/clusters/v1/clusters/{cluster}/warnings', 'get'>;
export type PodLog = Answer<'/instances/v1/clusters/{cluster}/instances/{instance}/pods/{pod}/log', 'get'>;
export type DriftReport = Answer<'/instances/v1/clusters/{cluster}/instances/{instance}/drift', 'get'>;
export type Refreshed = Answer<'/instances/v1/clusters/{cluster}/instances/{instance}/refresh', 'post'>;
export type Usage = Answer<'/instances/v1/clusters/{cluster}/instances/{instance}/usage', 'get'>;
export type OperationPage = Answer<'/pipelines/v1/clusters/{cluster}/operations/{operation}', 'get'>;
export type PipelinePage = Answer<'/pipelines/v1/clusters/{cluster}/pipelines/{pipeline}', 'get'>;
export type PipelineAct = NonNullable<PipelinePage['actions']>[number];
export type Preview = Answer<'/pipelines/v1/clusters/{cluster}/operations/preview', 'post'>;
export type OperationRequest = Body<'/pipelines/v1/clusters/{cluster}/operations/preview', 'post'>;
export type Queue = Answer<'/pipelines/v1/queue', 'get'>;
export type BulkPreview = Answer<'/pipelines/v1/bulk-changes/preview', 'post'>;
export type BulkRequest = Body<'/pipelines/v1/bulk-changes/preview', 'post'>;
export type BulkAct =
  paths['/pipelines/v1/bulk-changes/{bulk}/{action}']['post']['parameters']['path']['action'];
export type Bulk = Answer<'/pipelines/v1/bulk-changes/{bulk}', 'get'>;
export type Undeployed = Answer<'/pipelines/v1/clusters/{cluster}/instances/{instance}/undeployed', 'get'>;
export type Overview = Answer<'/clusters/v1/overview', 'get'>;
export type ActivityPage = Answer<'/clusters/v1/activity', 'get'>;
export type ActivityFilter = NonNullable<paths['/clusters/v1/activity']['get']['parameters']['query']>;
export type ProjectPage = Answer<'/clusters/v1/projects/{cluster}', 'get'>;
export type Removal = Answer<'/clusters/v1/projects/{cluster}', 'delete'>;
export type NewProject = Body<'/clusters/v1/projects', 'post'>;
export type NewCredentials = Body<'/clusters/v1/projects/{cluster}/credentials', 'put'>;
export type RotatedSecret = Body<'/clusters/v1/projects/{cluster}/rotate', 'post'>['what'];
export type ContractPage = Answer<'/pipelines/v1/clusters/{cluster}/contract', 'get'>;
export type UsageContractPage = Answer<'/clusters/v1/projects/{cluster}/usage-contract', 'get'>;
export type UsageReport = Answer<'/clusters/v1/projects/{cluster}/usage-contract/try', 'post'>;
export type ViewList = Answer<'/clusters/v1/views', 'get'>;
export type View = ViewList['views'][number];
export type ViewBody = Body<'/clusters/v1/views', 'post'>;
export type AuditEntry = Answer<'/auth/v1/audit', 'get'>['entries'][number];
export type AuditFilter = NonNullable<paths['/auth/v1/audit']['get']['parameters']['query']>;
export type Subscription = Answer<'/clusters/v1/notifications', 'get'>['subscriptions'][number];
export type SubscriptionBody = Body<'/clusters/v1/notifications', 'post'>;
export type Delivery = Answer<'/clusters/v1/notifications/deliveries', 'get'>['deliveries'][number];
export type InstallationResult = Answer<'/sync/v1/installation', 'get'>['health'][number];
export type SetAsideEvent = Answer<'/sync/v1/clusters/{cluster}/set-aside', 'get'>['events'][number];
export type SetAsideAction = Body<'/sync/v1/clusters/{cluster}/set-aside', 'post'>['action'];
export type DamagedItem = Answer<'/sync/v1/clusters/{cluster}/damaged', 'get'>['items'][number];
export type DamagedAction = Body<'/sync/v1/clusters/{cluster}/damaged/{item}', 'post'>['action'];
export type SystemState = Answer<'/auth/v1/state', 'get'>;
export type SignedIn = Answer<'/auth/v1/login', 'post'>;
export type User = Answer<'/auth/v1/me', 'get'>;
export type SessionList = Answer<'/auth/v1/me/sessions', 'get'>;
export type TokenList = Answer<'/auth/v1/me/tokens', 'get'>;
export type InvitationList = Answer<'/auth/v1/invitations', 'get'>;
export type InvitationState = Answer<'/auth/v1/invitations/lookup', 'post'>;

export type Instance = InstancePage['instances'][number];
export type Pod = PodList['pods'][number];
export type Container = Pod['containers'][number];
export type Finding = NonNullable<Pod['findings']>[number];
export type Resources = Pod['requests'];
export type ClusterEvent = EventList['events'][number];
export type Autoscaler = Replication['autoscalers'][number];
export type Unread = NonNullable<Replication['unread']>[number];
export type Difference = DriftReport['differences'][number];
export type Source = Refreshed['gitlab'];
export type UsagePoint = Usage['points'][number];
export type Annotation = NonNullable<Instance['annotation']>;
export type Site = NonNullable<Instance['site']>;
export type Facets = InstancePage['facets'];
export type ClusterBranch = ClusterTree['clusters'][number];
export type InstanceLeaf = ClusterBranch['instances'][number];
export type Attention = Overview['attention'][number];
export type Activity = ActivityPage['activity'][number];
export type Cluster = ClusterPage['cluster'];
export type SyncState = Cluster['sync'];
export type Files = NonNullable<ClusterPage['files']>;
export type File = Files['files'][number];
export type FileProblem = NonNullable<File['problems']>[number];
export type Pipeline = PipelinePage['pipeline'];
export type PipelineSummary = NonNullable<Instance['pipeline']>;
export type Stage = NonNullable<Pipeline['stages']>[number];
export type Job = Stage['jobs'][number];
export type Operation = OperationPage['operation'];
export type Effect = Preview['effects'][number];
export type Warning = Preview['warnings'][number];
export type FileChange = Preview['files'][number];
export type Target = BulkRequest['targets'][number];
export type KeyChange = NonNullable<BulkRequest['changes']>[number];
export type BulkGroup = BulkPreview['groups'][number];
export type BulkTarget = Bulk['targets'][number];
export type Estimate = NonNullable<Preview['estimate']>;
export type GitLabRequest = NonNullable<Preview['request']>;
export type Protection = Answer<'/pipelines/v1/clusters/{cluster}/protections', 'get'>['protections'][number];
export type ProjectState = Answer<'/clusters/v1/projects', 'get'>['projects'][number];
export type Project = ProjectState['project'];
export type ProjectHealth = ProjectState['health'];
export type Check = ProjectHealth['checks'][number];
export type CheckName = Check['check'];
export type Contract = ContractPage['contract'];
export type Mechanism = NonNullable<Contract['operations']>[string];
export type UsageContract = UsageContractPage['usage'];
export type Sample = ContractPage['samples'][number];
export type PasskeyState = Answer<'/auth/v1/me/passkeys', 'get'>;
export type Passkey = PasskeyState['passkeys'][number];
export type PasskeyAnswer = Body<'/auth/v1/login/passkey', 'post'>;
export type Session = SessionList['sessions'][number];
export type Token = TokenList['tokens'][number];
export type Invitation = InvitationList['invitations'][number];

export type Lifecycle = Instance['lifecycle'];
export type Health = Instance['health']['state'];
export type Role = NonNullable<User['role']>;
/** A role everywhere, and further ones by cluster id. */
export type Grants = Pick<User, 'role' | 'clusters'>;
export type OperationKind = Operation['kind'];
export type OperationState = Operation['state'];
export type SortKey = NonNullable<InstanceFilter['sort']>;

/** A change of one value in a YAML file. */
export type FileEdit = components['schemas']['FileEdit'];
