/** Keys of config.yml and grove.yml with what they are for. Unknown ones are as good; these are only helped with. */
export const knownKeys: Record<string, string> = {
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
  K8S_NAMESPACE: 'Namespace in the cluster',
  ID: 'Id of the installation, chosen by Tutor',
  DOCKER_REGISTRY: 'Registry that images come from',
  DOCKER_IMAGE_OPENEDX: 'Image of the platform',
  DOCKER_IMAGE_OPENEDX_DEV: 'Image of the platform for developers',
  MYSQL_HOST: 'Host of MySQL',
  MYSQL_PORT: 'Port of MySQL',
  MONGODB_HOST: 'Host of MongoDB',
  MONGODB_DATABASE: 'Database of the platform in MongoDB',
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
  GROVE_OPENEDX_RELEASE: 'Release of Open edX',
  COMPREHENSIVE_THEME_NAME: 'Name of the theme',
  COMPREHENSIVE_THEME_SOURCE_REPO: "Git address of the theme's code",
  COMPREHENSIVE_THEME_VERSION: "Branch or tag of the theme's code",
  SIMPLE_THEME_SCSS_OVERRIDES: 'Variables of the simple theme, a map',
  SIMPLE_THEME_EXTRA_SCSS: 'SCSS added to the simple theme',
  SIMPLE_THEME_STATIC_FILES_URLS: 'Files added to the simple theme, by path',
  IMAGE_BUILD_CONFIG: 'How images are built',
  PR_WATCHER: 'Pull requests that are deployed',
};

/** A key whose change does more than restart; `*` at its end stands for any rest. */
export interface KeyEffect {
  key: string;
  effects: string[];
}

const effectWords: Partial<Record<string, string>> = {
  imageRebuild: 'rebuilds images',
  migrations: 'runs migrations',
};

/** What changing a key causes, in a few words. */
export function effectOf(key: string, effects: readonly KeyEffect[]): string {
  const row = effects.find(({ key: k }) => (k.endsWith('*') ? key.startsWith(k.slice(0, -1)) : k === key));
  const words = row?.effects.map((effect) => effectWords[effect] ?? effect) ?? [];
  return words.length === 0 ? '' : `${words.join(', ').replace(/^./, (c) => c.toUpperCase())}.`;
}
