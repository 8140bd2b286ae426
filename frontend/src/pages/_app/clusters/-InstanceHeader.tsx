import { useState } from 'react';
import type { Instance, InstanceDetails } from '@/api/types';
import { isStale } from '@/lib/stale';
import { useNow } from '@/lib/useNow';
import { isLive } from '@/api/status';
import { hostOf } from '@/components/instances/columns';
import { TextLink } from '@/components/links';
import { OutLink } from '@/components/OutLink';
import { PipelineLink } from '@/components/places';
import { SmallButton } from '@/components/SmallButton';
import { healthLooks, pipelineLook } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Time } from '@/components/Time';
import { useMay } from '@/components/useMe';
import classes from './-clusters.module.css';
import { FourFacts } from './-FourFacts';
import * as texts from '@/texts/clusters';

/**
 * The states and links of an instance in one line. The four facts, with reason and next step, open below it:
 * by themselves while one of them needs a person.
 */
export function InstanceHeader({ details }: { details: InstanceDetails }) {
  const { instance, sync } = details;
  const now = useNow();
  const stale = sync.error !== undefined || isStale(sync.succeededAt, now);
  const [open, setOpen] = useState<boolean>();
  const auditor = useMay('administrator');
  const shown = open ?? needsPerson(instance, stale);
  return (
    <>
      <div className={`row small ${classes.line}`}>
        {isLive(instance) && (
          <span>
            <Status look={healthLooks[instance.health.state]} />{' '}
            <Time at={instance.health.at} prefix={texts.forDuration} lasting />
          </span>
        )}
        {instance.pipeline && (
          <span className="inline">
            <PipelineLink cluster={instance.cluster} pipeline={instance.pipeline.id}>
              {texts.pipeline(String(instance.pipeline.id))}
            </PipelineLink>
            <Status look={pipelineLook(instance.pipeline.status)} />
          </span>
        )}
        {instance.release !== undefined && <span className="dim">{instance.release}</span>}
        {instance.theme !== undefined && <span className="dim">{texts.themeIs(instance.theme)}</span>}
        {linksOf(instance).map(([name, url]) => (
          <OutLink key={name} href={url} title={hostOf(url)}>
            {name}
          </OutLink>
        ))}
        {auditor && (
          <TextLink
            to="/administration/audit"
            search={{ target: `cluster/${instance.cluster}/instance/${instance.name}` }}
          >
            {texts.whoChangedThis}
          </TextLink>
        )}
        <span className={`inline gap-10 end ${classes.fresh}`} data-stale={stale || undefined}>
          <Time at={sync.succeededAt} prefix={texts.synced} />
          <SmallButton aria-expanded={shown} onClick={() => setOpen(!shown)}>
            {texts.details}
          </SmallButton>
        </span>
      </div>
      {shown && <FourFacts details={details} />}
    </>
  );
}

/** Whether one of the facts needs a person. */
function needsPerson({ lifecycle, health, pipeline }: Instance, stale: boolean): boolean {
  if (!isLive({ lifecycle })) return false;
  return stale || ['failed', 'degraded', 'unknown'].includes(health.state) || pipeline?.status === 'failed';
}

function linksOf({ lmsUrl, studioUrl, mfeUrl }: Instance): [name: string, url: string][] {
  const links: [string, string | undefined][] = [
    ['LMS', lmsUrl],
    [texts.studio, studioUrl],
    ['MFE', mfeUrl],
  ];
  return links.flatMap(([name, url]): [string, string][] => (url === undefined ? [] : [[name, url]]));
}
