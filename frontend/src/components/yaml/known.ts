import * as texts from '@/texts/editor';

/** Keys with what they are for, by the file that they stand in. Unknown ones are as good; these are only helped with. */
const known: Partial<Record<string, Record<string, string>>> = {
  'config.yml': {
    LMS_HOST: texts.lmsHost,
    CMS_HOST: texts.studioHost,
    PREVIEW_LMS_HOST: texts.hostForPreviewsOfUnpublished,
    MFE_HOST: texts.microFrontendHost,
    DISCOVERY_HOST: texts.courseDiscoveryHost,
    ECOMMERCE_HOST: texts.eCommerceHost,
    PLATFORM_NAME: texts.platformNameShownToLearners,
    CONTACT_EMAIL: texts.contactAddressForLearners,
    LANGUAGE_CODE: texts.languageSuchAsEnOr,
    ENABLE_HTTPS: texts.serveTheInstanceOverHttps,
    ENABLE_WEB_PROXY: texts.runTutorsOwnProxy,
    OPENEDX_COMMON_VERSION: texts.gitBranchOrTagFor,
    EDX_PLATFORM_REPOSITORY: texts.gitUrlOfThePlatform,
    EDX_PLATFORM_VERSION: texts.gitBranchOrTagOf,
    OPENEDX_EXTRA_PIP_REQUIREMENTS: texts.pythonPackagesInstalledInThe,
    PLUGINS: texts.enabledTutorPlugins,
    SITE_CONFIG: texts.siteSettings,
    K8S_NAMESPACE: texts.kubernetesNamespaceGroveUsesThe,
    ID: texts.installationIdGeneratedOnceBy,
    DOCKER_REGISTRY: texts.containerRegistry,
    DOCKER_IMAGE_OPENEDX: texts.platformImage,
    DOCKER_IMAGE_OPENEDX_DEV: texts.platformImageForDevelopment,
    MYSQL_HOST: texts.mysqlHost,
    MYSQL_PORT: texts.mysqlPort,
    OPENEDX_MYSQL_DATABASE: texts.mysqlDatabaseOfThePlatform,
    OPENEDX_MYSQL_USERNAME: texts.mysqlUserOfThePlatform,
    MONGODB_HOST: texts.mongodbHost,
    MONGODB_PORT: texts.mongodbPort,
    MONGODB_DATABASE: texts.mongodbDatabaseOfThePlatform,
    FORUM_MONGODB_DATABASE: texts.mongodbDatabaseOfTheForum,
    S3_STORAGE_BUCKET: texts.bucketForUploadedFiles,
    REDIS_HOST: texts.redisHost,
    SMTP_HOST: texts.smtpHost,
    SMTP_PORT: texts.smtpPort,
    RUN_MYSQL: texts.runMysqlWithTutor,
    RUN_MONGODB: texts.runMongodbWithTutor,
    RUN_REDIS: texts.runRedisWithTutor,
    RUN_ELASTICSEARCH: texts.runElasticsearchWithTutor,
    GROVE_LMS_ENV: texts.additionalLmsSettings,
    GROVE_CMS_ENV: texts.additionalStudioSettings,
    GROVE_COMMON_ENV: texts.additionalLmsAndStudioSettings,
    GROVE_COMMON_SETTINGS: texts.pythonLinesAppendedToThe,
    GROVE_CRON_JOBS: texts.scheduledJobs,
    GROVE_NEW_MFES: texts.additionalMicroFrontends,
    GROVE_MFE_LMS_COMMON_SETTINGS: texts.settingsForAllMicroFrontends,
    GROVE_ADDITIONAL_DOMAINS: texts.additionalDomains,
    GROVE_REDIRECTS: texts.redirects,
  },
  'grove.yml': {
    COMPREHENSIVE_THEME_NAME: texts.themeName,
    COMPREHENSIVE_THEME_SOURCE_REPO: texts.gitUrlOfTheTheme,
    COMPREHENSIVE_THEME_VERSION: texts.gitBranchOrTagOf2,
    SIMPLE_THEME_SCSS_OVERRIDES: texts.simpleThemeVariablesMap,
    SIMPLE_THEME_EXTRA_SCSS: texts.scssAddedToTheSimple,
    SIMPLE_THEME_STATIC_FILES_URLS: texts.filesAddedToTheSimple,
    IMAGE_BUILD_CONFIG: texts.imageBuildSettings,
    PR_WATCHER: texts.deployedPullRequests,
  },
  'cluster.yml': {
    TF_VAR_cluster_name: texts.clusterName,
    TF_VAR_cluster_provider: texts.providerAwsDigitaloceanOrMinikube,
    TF_VAR_cluster_domain: texts.domainOfTheClusterAnd,
    TF_VAR_region: texts.providerRegion,
    TF_VAR_do_region: texts.digitaloceanRegion,
    TF_VAR_aws_region: texts.awsRegion,
    TF_VAR_min_worker_node_count: texts.minimumNumberOfNodes,
    TF_VAR_max_worker_node_count: texts.maximumNumberOfNodes,
    TF_VAR_worker_node_size: texts.nodeSizeAsTheProvider,
    TF_VAR_mysql_instance_size: texts.mysqlServerSize,
    TF_VAR_mongodb_instance_size: texts.mongodbServerSize,
    TF_VAR_domain_monitoring: texts.domainOfGrafanaPrometheusAnd,
    TF_VAR_enable_monitoring_ingress: texts.exposeThemToTheInternet,
    TF_VAR_alertmanager_config: texts.alertRoutingAsYamlIn,
    TF_VAR_lets_encrypt_notification_inbox: texts.emailAddressForCertificateExpiry,
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
  leavesData: texts.leavesExistingDataBehind,
  databaseVersion: texts.startsAnotherVersionOfThe,
  brokenUntilInit: texts.breaksPartsUntilTheInit,
  signsOut: texts.signsEveryoneOut,
  address: texts.changesItsAddress,
  imageRebuild: texts.rebuildsImages,
  migrations: texts.runsMigrations,
  initJobs: texts.takesEffectWhenTheInit,
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
