import type { AuditEntry, User } from '@/api/types';
import { Subject } from '../activity/Subject';
import { Diff } from '../operations/Diff';
import { QuietLink, TextLink } from '../links';
import { Mark } from '../status/Mark';
import { Time } from '../Time';
import { Disclosure } from '../ui/Disclosure';
import classes from './audit.module.css';
import { type Change, changesOf, recordedOf } from './changes';
import { actionWord, fieldWord, isGrave, recordedWord, subjectOf } from './words';
import * as texts from '@/texts/audit';

export type People = ReadonlyMap<string, User>;

interface EntryRowProps {
  entry: AuditEntry;
  people: People;
  open: boolean;
  onToggle: () => void;
}

export const columns = 5;

/** An entry of the log, which opens to all that is known of it. */
export function EntryRow({ entry, people, open, onToggle }: EntryRowProps) {
  const changes = changesOf(entry.before, entry.after);
  const what = actionWord(entry.action);
  const summary = summaryOf(entry, changes);
  return (
    <>
      <tr>
        <td data-dim>
          <Time at={entry.at} />
        </td>
        <td>{whoOf(entry, people)}</td>
        <td>
          <Disclosure
            open={open}
            mark={14}
            className={classes.what}
            title={entry.action}
            data-row
            onClick={onToggle}
          >
            {what}
            {isGrave(entry.action) && (
              <span data-tone="warn" className="tone">
                <Mark shape="triangle" />
              </span>
            )}
          </Disclosure>
        </td>
        <td>
          <About target={entry.target} people={people} />
        </td>
        <td data-wrap>
          <span className={`dim ${classes.summary}`} title={summary}>
            {summary}
          </span>
        </td>
      </tr>
      {open && (
        <tr className={classes.more}>
          <td colSpan={columns}>
            <Details entry={entry} changes={changes} />
          </td>
        </tr>
      )}
    </>
  );
}

function whoOf({ actor }: AuditEntry, people: People): string {
  if (actor.userId === undefined) return texts.ocimSystem;
  return people.get(actor.userId)?.name ?? actor.email ?? actor.userId;
}

/** What changed in words: as the operation recorded it, else value by value. */
function summaryOf({ after }: AuditEntry, changes: readonly Change[]): string {
  const { words } = recordedOf(after);
  return words.length > 0 ? words.join('; ') : changes.map(sayChange).join('; ');
}

function sayChange({ field, before, after }: Change): string {
  const name = field === '' ? '' : `${fieldWord(field)}: `;
  if (before === undefined) return `${name}${recordedWord(after ?? '')}`;
  return `${name}${before} → ${after ?? 'none'}`;
}

function About({ target, people }: { target: string; people: People }) {
  const subject = subjectOf(target);
  switch (subject.kind) {
    case 'cluster':
      return <Subject cluster={subject.cluster} instance={subject.instance} />;
    case 'user':
      return <QuietLink to="/administration/users">{people.get(subject.id)?.name ?? target}</QuietLink>;
    case 'invitation':
      return <QuietLink to="/administration/invitations">{texts.invitation}</QuietLink>;
    case 'bulk':
      return (
        <QuietLink to="/bulk/$bulk" params={{ bulk: subject.id }}>
          {texts.bulkChange}
        </QuietLink>
      );
    case 'other':
      return target;
  }
}

function Details({ entry, changes: all }: { entry: AuditEntry; changes: readonly Change[] }) {
  const { actor } = entry;
  const { words, diffs } = recordedOf(entry.after);
  // What the words and the diffs say is not said once more, field by field.
  const changes =
    words.length === 0
      ? all
      : all.filter(({ field }) => !/^(changes|files\.|.*\.(yml|txt)(\.|$))/.test(field));
  const facts = [
    [texts.action, entry.action],
    [texts.item, entry.target],
    [texts.person, actor.email],
    [texts.ipAddress, actor.address],
    [texts.apiToken, actor.tokenId],
    [texts.operation, entry.operation],
  ] as const;
  return (
    <div className={classes.details}>
      <p className={`row dim ${classes.facts}`}>
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <span key={name}>
                {name} <code>{value}</code>
              </span>
            ),
        )}
        <TextLink to="/administration/audit" search={{ target: entry.target }}>
          {texts.showAllForThisItem}
        </TextLink>
      </p>
      {words.length > 0 && (
        <ul className={classes.words}>
          {words.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {diffs.map(({ path, diff }) => (
        <section key={path} aria-label={texts.diffOf(path)}>
          <code>{path}</code>
          <Diff label={path} diff={diff} />
        </section>
      ))}
      {changes.length === 0 && words.length > 0 ? null : changes.length === 0 ? (
        <p className={`row dim ${classes.facts}`}>{texts.noValuesRecorded}</p>
      ) : (
        <table className={classes.changes} aria-label={texts.valuesBeforeAndAfter}>
          <thead>
            <tr>
              <th scope="col">{texts.value}</th>
              <th scope="col">{texts.before}</th>
              <th scope="col">{texts.after}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ field, before, after }) => (
              <tr key={field}>
                <th scope="row">{field === '' ? texts.value : fieldWord(field)}</th>
                <td>
                  {before === undefined ? <span className="dim">{texts.none}</span> : <del>{before}</del>}
                </td>
                <td>
                  {after === undefined ? (
                    <span className="dim">{texts.none}</span>
                  ) : (
                    <ins>{recordedWord(after)}</ins>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
