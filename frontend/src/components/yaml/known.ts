/** Keys with what they are for, by the file that they stand in. Unknown ones are as good; these are only helped with. */
const known: Partial<Record<string, Record<string, string>>> = {
  'config.yml': {
    LMS_HOST: 'Host of the LMS',
    CMS_HOST: 'Host of Studio',
    PREVIEW_LMS_HOST: 'Host of the preview of unpublished courses',
    MFE_HOST: 'Host of the micro-frontends',
    DISCOVERY_HOST: 'Host of course discovery',
    ECOMMERCE_HOST: 'Host of e-commerce',
    PLATFORM_NAME: 'Name that learners see',
    CONTACT_EMAIL: 'Address that learners write to',
    LANGUAGE_CODE: 'Language, such as en or pt-br',
    ENABLE_HTTPS: 'Whether the instance is served over HTTPS',
    ENABLE_WEB_PROXY: 'Whether Tutor runs its own proxy',
    OPENEDX_COMMON_VERSION: 'Branch or tag of all parts of Open edX',
    EDX_PLATFORM_REPOSITORY: "Git address of the platform's code",
    EDX_PLATFORM_VERSION: "Branch or tag of the platform's code",
    OPENEDX_EXTRA_PIP_REQUIREMENTS: 'Python packages installed into the image',
    PLUGINS: "Tutor's plugins that are on",
    SITE_CONFIG: 'Settings of the site',
    K8S_NAMESPACE: 'Namespace in the cluster; Grove takes the name of the instance',
    ID: 'Id of the installation, chosen by Tutor once',
    DOCKER_REGISTRY: 'Registry that images come from',
    DOCKER_IMAGE_OPENEDX: 'Image of the platform',
    DOCKER_IMAGE_OPENEDX_DEV: 'Image of the platform for developers',
    MYSQL_HOST: 'Host of MySQL',
    MYSQL_PORT: 'Port of MySQL',
    OPENEDX_MYSQL_DATABASE: 'Database of the platform in MySQL',
    OPENEDX_MYSQL_USERNAME: 'User of the platform in MySQL',
    MONGODB_HOST: 'Host of MongoDB',
    MONGODB_PORT: 'Port of MongoDB',
    MONGODB_DATABASE: 'Database of the platform in MongoDB',
    FORUM_MONGODB_DATABASE: 'Database of the forum in MongoDB',
    S3_STORAGE_BUCKET: 'Bucket that uploaded files are in',
    REDIS_HOST: 'Host of Redis',
    SMTP_HOST: 'Host that mail is sent through',
    SMTP_PORT: 'Port that mail is sent through',
    RUN_MYSQL: 'Whether Tutor runs MySQL itself',
    RUN_MONGODB: 'Whether Tutor runs MongoDB itself',
    RUN_REDIS: 'Whether Tutor runs Redis itself',
    RUN_ELASTICSEARCH: 'Whether Tutor runs Elasticsearch itself',
    GROVE_LMS_ENV: 'Settings added to the LMS',
    GROVE_CMS_ENV: 'Settings added to Studio',
    GROVE_COMMON_ENV: 'Settings added to the LMS and Studio',
    GROVE_COMMON_SETTINGS: 'Lines of Python added to the settings',
    GROVE_CRON_JOBS: 'Jobs that run by a schedule',
    GROVE_NEW_MFES: 'Micro-frontends besides the usual ones',
    GROVE_MFE_LMS_COMMON_SETTINGS: 'Settings of all micro-frontends',
    GROVE_ADDITIONAL_DOMAINS: 'Domains that lead here, too',
    GROVE_REDIRECTS: 'Addresses that lead elsewhere',
  },
  'grove.yml': {
    COMPREHENSIVE_THEME_NAME: 'Name of the theme',
    COMPREHENSIVE_THEME_SOURCE_REPO: "Git address of the theme's code",
    COMPREHENSIVE_THEME_VERSION: "Branch or tag of the theme's code",
    SIMPLE_THEME_SCSS_OVERRIDES: 'Variables of the simple theme, a map',
    SIMPLE_THEME_EXTRA_SCSS: 'SCSS added to the simple theme',
    SIMPLE_THEME_STATIC_FILES_URLS: 'Files added to the simple theme, by path',
    IMAGE_BUILD_CONFIG: 'How images are built',
    PR_WATCHER: 'Pull requests that are deployed',
  },
  'cluster.yml': {
    TF_VAR_cluster_name: 'Name of the cluster',
    TF_VAR_cluster_provider: 'Provider: aws, digitalocean or minikube',
    TF_VAR_cluster_domain: 'Domain of the cluster and its functions',
    TF_VAR_region: 'Region at the provider',
    TF_VAR_do_region: 'Region at DigitalOcean',
    TF_VAR_aws_region: 'Region at AWS',
    TF_VAR_min_worker_node_count: 'Least number of nodes',
    TF_VAR_max_worker_node_count: 'Most nodes that the cluster grows to',
    TF_VAR_worker_node_size: 'Size of a node, by the name of the provider',
    TF_VAR_mysql_instance_size: 'Size of the MySQL server',
    TF_VAR_mongodb_instance_size: 'Size of the MongoDB server',
    TF_VAR_domain_monitoring: 'Domain that Grafana, Prometheus and Alertmanager are under',
    TF_VAR_enable_monitoring_ingress: 'Whether they are reached from outside',
    TF_VAR_alertmanager_config: 'Who gets which alert: YAML in a text',
    TF_VAR_lets_encrypt_notification_inbox: 'Address that hears of certificates that expire',
  },
};

/** The keys of files, such as instances/demo/config.yml; of others none are known. */
export function keysOf(paths: readonly string[]): Record<string, string> {
  const names = paths.map((path) => path.split('/').at(-1) ?? path);
  return Object.assign({}, ...names.map((name) => known[name] ?? {})) as Record<string, string>;
}

/** What changing a key causes besides a restart; `*` stands for any rest. */
export interface KeyEffect {
  key: string;
  effects: string[] | null;
  tutor?: string;
}

const effectWords: Partial<Record<string, string>> = {
  leavesData: 'leaves behind what is stored now',
  databaseVersion: 'starts another version of the database',
  brokenUntilInit: 'breaks parts until the init jobs have run',
  signsOut: 'signs everyone out',
  address: 'changes its address',
  imageRebuild: 'rebuilds images',
  migrations: 'runs migrations',
  initJobs: 'takes effect when the init jobs run',
};

/** What changing a key causes, in a few words. */
export function effectOf(key: string, effects: readonly KeyEffect[]): string {
  const words = rowOf(key, effects)?.effects?.map((effect) => effectWords[effect] ?? effect) ?? [];
  return words.length === 0 ? '' : `${words.join(', ').replace(/^./, (c) => c.toUpperCase())}.`;
}

/** Whether what an instance has is lost from sight when the key is changed. */
export function isIdentity(key: string, effects: readonly KeyEffect[]): boolean {
  return rowOf(key, effects)?.effects?.includes('leavesData') ?? false;
}

function rowOf(key: string, effects: readonly KeyEffect[]): KeyEffect | undefined {
  const fits = ({ key: k }: KeyEffect) =>
    k === key || (k.includes('*') && new RegExp(`^${k.replaceAll('*', '.*')}$`).test(key));
  const rows = effects.filter(fits);
  return rows.find(({ tutor }) => tutor === undefined || tutor.endsWith('-')) ?? rows[0];
}
