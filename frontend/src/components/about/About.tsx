import type { InstanceDetails } from '@/api/types';
import { Facts } from '../Facts';
import { hostOf } from '../instances/columns';
import { TextLink } from '../links';
import { OutLink } from '../OutLink';
import { Panel } from '../Panel';
import { siteLooks } from '../status/looks';
import { Status } from '../status/Status';
import { Table } from '../Table';
import { Time } from '../Time';
import AnnotationPanel from './AnnotationPanel';
import classes from './about.module.css';
import * as texts from '@/texts/about';

/** What an instance is, as its configuration says, and what people keep about it. */
export default function About({ details }: { details: InstanceDetails }) {
  const { instance } = details;
  return (
    <>
      <AnnotationPanel cluster={instance.cluster} instance={instance.name} annotation={instance.annotation} />
      <Site details={details} />
      <Versions details={details} />
      <Addresses details={details} />
    </>
  );
}

function Site({ details: { instance } }: { details: InstanceDetails }) {
  const { site, annotation } = instance;
  const through = annotation?.site?.connectTo;
  return (
    <Panel title={texts.site}>
      <Facts
        facts={[
          {
            name: texts.state,
            value: site ? <Status look={siteLooks[site.state]} /> : texts.notChecked,
            ...(site
              ? { note: <Time at={site.at} prefix={texts.forDuration} lasting /> }
              : annotation?.site?.off === true
                ? { note: texts.theSiteCheckIsOff }
                : {}),
          },
          { name: texts.certificateEnds, value: site?.certificateEnds && day(site.certificateEnds) },
          ...(through === undefined ? [] : [{ name: texts.siteCheck, value: texts.connectsTo(through) }]),
        ]}
      />
    </Panel>
  );
}

function day(time: string): string {
  return new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}

function Versions({ details: { details } }: { details: InstanceDetails }) {
  return (
    <Panel title={texts.versions}>
      <Facts
        flow
        facts={[
          {
            name: texts.release,
            value: details.release,
            ...(details.releaseFrom === undefined ? {} : { note: texts.readFrom(details.releaseFrom) }),
          },
          { name: texts.tutor, value: details.tutorVersion },
          { name: texts.platform, value: repository(details.platformRepository, details.platformVersion) },
          { name: texts.theme, value: repository(details.themeRepository, details.themeVersion) },
          { name: texts.contact, value: details.contactEmail },
          {
            name: texts.plugins,
            value: details.plugins && details.plugins.length > 0 && (
              <span className={`row ${classes.list}`}>
                {details.plugins.map((plugin) => (
                  <TextLink
                    key={plugin}
                    to="/instances"
                    search={{ plugin: [plugin] }}
                    aria-label={texts.findWith(plugin)}
                  >
                    {plugin}
                  </TextLink>
                ))}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  );
}

/** A repository with its version; a link where it is an address of the web. */
function repository(address: string | undefined, version: string | undefined) {
  if (address === undefined && version === undefined) return undefined;
  return (
    <>
      {address?.startsWith('https://') ? (
        <OutLink href={address.replace(/\.git$/, '')}>{hostOf(address).replace(/\.git$/, '')}</OutLink>
      ) : (
        address
      )}{' '}
      {version !== undefined && <code>{version}</code>}
    </>
  );
}

function Addresses({ details: { details } }: { details: InstanceDetails }) {
  const hosts = details.hosts ?? [];
  return (
    <Panel title={texts.addresses} flush={hosts.length > 0}>
      {hosts.length === 0 ? (
        texts.noAddresses
      ) : (
        <Table label={texts.addresses} heads={['Key', 'Address', '']}>
          {hosts.map(({ key, url, default: byDefault }) => (
            <tr key={key}>
              <td>
                <code>{key}</code>
              </td>
              <td>
                <OutLink href={url}>{hostOf(url)}</OutLink>
              </td>
              <td data-dim>{byDefault === true && texts.byDefault}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
