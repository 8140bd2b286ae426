package policy

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// Annotate replaces what people keep about an instance, or about the cluster itself when
// the instance is empty, and shows it in lists. fault.NotFound when the cluster has no
// such instance; an invalid field is fault.Invalid. It can be repeated until it succeeds.
func (s *Service) Annotate(ctx context.Context, project fleet.Project, instance string, a fleet.Annotation, by audit.Actor) (fleet.Annotation, error) {
	a, err := a.Normalized()
	if err != nil {
		return a, err
	}
	if instance == "" && len(a.Contacts) > 0 {
		return a, fault.InvalidField("contacts", "belong to an instance, not to a cluster")
	}
	chunk, err := s.Store.Chunk(ctx, project.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return a, err
	}
	if err != nil {
		return a, fault.New(fault.NotFound, "The cluster %s has not been read from GitLab yet", project.ID)
	}
	if instance != "" && chunk.Row(instance) == nil {
		return a, fault.New(fault.NotFound, "There is no instance %s in this cluster", instance)
	}
	before, err := s.Store.Annotation(ctx, project.ID, instance)
	if err != nil {
		return a, err
	}
	record := s.Audit.Recorder(by, "instance.annotation", audit.InstanceTarget(project.ID, instance), before, a)
	if err := s.Store.Annotate(ctx, project.ID, instance, a, record); err != nil {
		return a, err
	}
	if err := s.noteChanges(ctx, project.ID, instance, before, a, by); err != nil {
		return a, err
	}
	// All of them, so that what a function that died left out is made up for.
	err = s.Store.ChangeChunk(ctx, project.ID, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		if chunk == nil {
			return nil, nil
		}
		all, err := s.Store.Annotations(ctx, project.ID)
		if err != nil || !chunk.Annotate(all) {
			return nil, err
		}
		return chunk, nil
	})
	if err != nil {
		return a, fmt.Errorf("showing the annotation of %s/%s: %w", project.ID, instance, err)
	}
	return a, nil
}

// noteChanges adds to the activity what people read of an annotation: the note and the tags.
func (s *Service) noteChanges(ctx context.Context, cluster, instance string, before, after fleet.Annotation, by audit.Actor) error {
	var changes []activity.Activity
	if before.Note != after.Note {
		to := "changed"
		if after.Note == "" {
			to = "removed"
		}
		changes = append(changes, activity.Activity{Kind: activity.ActivityNote, To: to, Detail: after.Note})
	}
	if was, is := strings.Join(before.Tags, ", "), strings.Join(after.Tags, ", "); was != is {
		changes = append(changes, activity.Activity{Kind: activity.ActivityTags, From: was, To: is})
	}
	for _, a := range changes {
		a.Cluster, a.Instance, a.By = cluster, instance, by.Email
		if err := s.Store.Note(ctx, a); err != nil {
			return err
		}
	}
	return nil
}
