import { lazy, Suspense, useState } from 'react';
import type { Annotation } from '@/api/types';
import { Facts } from '../Facts';
import { TextLink } from '../links';
import { Panel } from '../Panel';
import { SmallButton } from '../SmallButton';
import { useMay } from '../useMe';
import classes from './about.module.css';
import * as texts from '@/texts/about';

const AnnotationDialog = lazy(() => import('./AnnotationDialog'));

interface AnnotationPanelProps {
  cluster: string;
  /** Absent for the cluster itself. */
  instance?: string;
  annotation: Annotation | undefined;
}

/** Note, tags and contacts that people keep in Ocim. */
export default function AnnotationPanel({ cluster, instance, annotation }: AnnotationPanelProps) {
  const operator = useMay('operator', cluster);
  const [editing, setEditing] = useState(false);
  const { note, tags = [], contacts = [], site } = annotation ?? {};
  return (
    <Panel
      title={texts.notesAndTags}
      actions={operator && <SmallButton onClick={() => setEditing(true)}>{texts.edit}</SmallButton>}
    >
      <Facts
        flow
        facts={[
          { name: texts.note, value: note && <span className={classes.note}>{note}</span> },
          {
            name: texts.tags,
            value: tags.length > 0 && (
              <span className={`row ${classes.list}`}>
                {tags.map((tag) => (
                  <TextLink
                    key={tag}
                    to="/instances"
                    search={{ tag: [tag] }}
                    className={classes.tag ?? ''}
                    aria-label={texts.instancesTagged(tag)}
                  >
                    {tag}
                  </TextLink>
                ))}
              </span>
            ),
          },
          ...(instance === undefined
            ? []
            : [{ name: texts.contacts, value: contacts.length > 0 && contacts.join(', ') }]),
          { name: texts.siteCheck, value: site?.off === true ? texts.off : (site?.connectTo ?? texts.on) },
        ].map(({ name, value }) => ({ name, value: value === false || value === '' ? undefined : value }))}
      />
      {editing && (
        <Suspense fallback={null}>
          <AnnotationDialog
            cluster={cluster}
            instance={instance}
            annotation={annotation}
            onClose={() => setEditing(false)}
          />
        </Suspense>
      )}
    </Panel>
  );
}
