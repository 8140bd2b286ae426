import type { InstanceDetails } from '@/api/types';
import { isLive } from '@/api/status';
import { Notice } from '../Notice';
import { siteLooks } from '../status/looks';
import { Time } from '../Time';
import * as texts from '@/texts/about';

/** What to know before anything is done to an instance: that its site fails, and the notes people left. */
export function AboutNotices({ details: { instance, details } }: { details: InstanceDetails }) {
  const { site, annotation } = instance;
  return (
    <>
      {isLive(instance) && (site?.state === 'down' || site?.state === 'degraded') && (
        <Notice tone={site.state === 'down' ? 'bad' : 'warn'} title={siteLooks[site.state].word}>
          {site.reason} {site.nextStep} <Time at={site.at} prefix={texts.forDuration} lasting />
        </Notice>
      )}
      {annotation?.note !== undefined && (
        <Notice tone="warn" title={texts.note}>
          <span style={{ whiteSpace: 'pre-line' }}>{annotation.note}</span>
        </Notice>
      )}
      {details.notes?.map(({ key, text, file }) => (
        <Notice key={`${file} ${key}`} tone="warn" title={texts.noteIn(key, file)}>
          <span style={{ whiteSpace: 'pre-line' }}>{text}</span>
        </Notice>
      ))}
    </>
  );
}
