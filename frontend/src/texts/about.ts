export * from './words';

// about/About.tsx, about/AboutNotices.tsx
export const theSiteCheckIsOff = 'The site check is turned off.';
export const certificateEnds = 'Certificate ends';
export const versions = 'Versions';
export const readFrom = (source: string) => `from ${source}`;
export const contact = 'Contact';
export const plugins = 'Plugins';
export const findWith = (plugin: string) => `Instances with ${plugin}`;
export const addresses = 'Addresses';
export const byDefault = 'Tutor’s default';
export const noAddresses = 'The configuration names no address.';
export const noteIn = (key: string, file: string) => `${key} in ${file}`;

// about/AnnotationPanel.tsx
export const notesAndTags = 'Notes and tags';
export const instancesTagged = (tag: string) => `Instances tagged ${tag}`;
export const contacts = 'Contacts';
export const editTitle = (name: string) => `Notes and tags of ${name}`;
export const noteHelp = 'For other operators. Kept in Ocim, not in git; search finds it.';
export const tagsHelp = 'Separated by commas. Filters and bulk changes find instances by them.';
export const clusterTagsHelp = 'Separated by commas. All instances of the cluster have them, too.';
export const contactsHelp =
  'Mail addresses, separated by commas. They get mail when the instance fails and when it recovers.';
export const doNotCheck = 'Don’t check whether the site answers';
export const connectTo = 'Connect to';
export const connectToHelp =
  'Host or host:port to connect to in place of the public address, such as an internal Ingress. Leave empty to use the public address.';
export const couldntSave = 'Couldn’t save';
export const saved = 'Saved.';
export const connectsTo = (address: string) => `Checked through ${address}`;
export const siteCheck = 'Site check';
export const off = 'Off';
