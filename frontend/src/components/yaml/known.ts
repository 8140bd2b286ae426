import * as texts from '@/texts/editor';

/** Keys with what they are for, by the file that they stand in. Unknown ones are as good; these are only helped with. */
const known: Partial<Record<string, Record<string, string>>> = {
  'config.yml': {
    LMS_HOST: texts.hostOfTheLms,
    CMS_HOST: texts.hostOfStudio,
    PREVIEW_LMS_HOST: texts.hostOfThePreviewOfUnpublished,
    MFE_HOST: texts.hostOfTheMicroFrontends,
    DISCOVERY_HOST: texts.hostOfCourseDiscovery,
    ECOMMERCE_HOST: texts.hostOfECommerce,
    PLATFORM_NAME: texts.nameThatLearnersSee,
    CONTACT_EMAIL: texts.addressThatLearnersWriteTo,
    LANGUAGE_CODE: texts.languageSuchAsEnOrPt,
    ENABLE_HTTPS: texts.whetherTheInstanceIsServedOver,
    ENABLE_WEB_PROXY: texts.whetherTutorRunsItsOwnProxy,
    OPENEDX_COMMON_VERSION: texts.branchOrTagOfAllParts,
    EDX_PLATFORM_REPOSITORY: texts.gitAddressOfThePlatformsCode,
    EDX_PLATFORM_VERSION: texts.branchOrTagOfThePlatforms,
    OPENEDX_EXTRA_PIP_REQUIREMENTS: texts.pythonPackagesInstalledIntoTheImage,
    PLUGINS: texts.tutorsPluginsThatAreOn,
    SITE_CONFIG: texts.settingsOfTheSite,
    K8S_NAMESPACE: texts.namespaceInTheClusterGroveTakes,
    ID: texts.idOfTheInstallationChosenBy,
    DOCKER_REGISTRY: texts.registryThatImagesComeFrom,
    DOCKER_IMAGE_OPENEDX: texts.imageOfThePlatform,
    DOCKER_IMAGE_OPENEDX_DEV: texts.imageOfThePlatformForDevelopers,
    MYSQL_HOST: texts.hostOfMysql,
    MYSQL_PORT: texts.portOfMysql,
    OPENEDX_MYSQL_DATABASE: texts.databaseOfThePlatformInMysql,
    OPENEDX_MYSQL_USERNAME: texts.userOfThePlatformInMysql,
    MONGODB_HOST: texts.hostOfMongodb,
    MONGODB_PORT: texts.portOfMongodb,
    MONGODB_DATABASE: texts.databaseOfThePlatformInMongodb,
    FORUM_MONGODB_DATABASE: texts.databaseOfTheForumInMongodb,
    S3_STORAGE_BUCKET: texts.bucketThatUploadedFilesAreIn,
    REDIS_HOST: texts.hostOfRedis,
    SMTP_HOST: texts.hostThatMailIsSentThrough,
    SMTP_PORT: texts.portThatMailIsSentThrough,
    RUN_MYSQL: texts.whetherTutorRunsMysqlItself,
    RUN_MONGODB: texts.whetherTutorRunsMongodbItself,
    RUN_REDIS: texts.whetherTutorRunsRedisItself,
    RUN_ELASTICSEARCH: texts.whetherTutorRunsElasticsearchItself,
    GROVE_LMS_ENV: texts.settingsAddedToTheLms,
    GROVE_CMS_ENV: texts.settingsAddedToStudio,
    GROVE_COMMON_ENV: texts.settingsAddedToTheLmsAnd,
    GROVE_COMMON_SETTINGS: texts.linesOfPythonAddedToThe,
    GROVE_CRON_JOBS: texts.jobsThatRunByASchedule,
    GROVE_NEW_MFES: texts.microFrontendsBesidesTheUsualOnes,
    GROVE_MFE_LMS_COMMON_SETTINGS: texts.settingsOfAllMicroFrontends,
    GROVE_ADDITIONAL_DOMAINS: texts.domainsThatLeadHereToo,
    GROVE_REDIRECTS: texts.addressesThatLeadElsewhere,
  },
  'grove.yml': {
    COMPREHENSIVE_THEME_NAME: texts.nameOfTheTheme,
    COMPREHENSIVE_THEME_SOURCE_REPO: texts.gitAddressOfTheThemesCode,
    COMPREHENSIVE_THEME_VERSION: texts.branchOrTagOfTheThemes,
    SIMPLE_THEME_SCSS_OVERRIDES: texts.variablesOfTheSimpleThemeA,
    SIMPLE_THEME_EXTRA_SCSS: texts.scssAddedToTheSimpleTheme,
    SIMPLE_THEME_STATIC_FILES_URLS: texts.filesAddedToTheSimpleTheme,
    IMAGE_BUILD_CONFIG: texts.howImagesAreBuilt,
    PR_WATCHER: texts.pullRequestsThatAreDeployed,
  },
  'cluster.yml': {
    TF_VAR_cluster_name: texts.nameOfTheCluster,
    TF_VAR_cluster_provider: texts.providerAwsDigitaloceanOrMinikube,
    TF_VAR_cluster_domain: texts.domainOfTheClusterAndIts,
    TF_VAR_region: texts.regionAtTheProvider,
    TF_VAR_do_region: texts.regionAtDigitalocean,
    TF_VAR_aws_region: texts.regionAtAws,
    TF_VAR_min_worker_node_count: texts.leastNumberOfNodes,
    TF_VAR_max_worker_node_count: texts.mostNodesThatTheClusterGrows,
    TF_VAR_worker_node_size: texts.sizeOfANodeByThe,
    TF_VAR_mysql_instance_size: texts.sizeOfTheMysqlServer,
    TF_VAR_mongodb_instance_size: texts.sizeOfTheMongodbServer,
    TF_VAR_domain_monitoring: texts.domainThatGrafanaPrometheusAndAlertmanager,
    TF_VAR_enable_monitoring_ingress: texts.whetherTheyAreReachedFromOutside,
    TF_VAR_alertmanager_config: texts.whoGetsWhichAlertYamlIn,
    TF_VAR_lets_encrypt_notification_inbox: texts.addressThatHearsOfCertificatesThat,
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
  leavesData: texts.leavesBehindWhatIsStoredNow,
  databaseVersion: texts.startsAnotherVersionOfTheDatabase,
  brokenUntilInit: texts.breaksPartsUntilTheInitJobs,
  signsOut: texts.signsEveryoneOut,
  address: texts.changesItsAddress,
  imageRebuild: texts.rebuildsImages,
  migrations: texts.runsMigrations,
  initJobs: texts.takesEffectWhenTheInitJobs,
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
