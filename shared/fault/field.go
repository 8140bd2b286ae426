package fault

// UnderField reports an error about a part of the input as one about the field that
// contains it. Errors that are not about the input stay as they are.
func UnderField(field string, err error) error {
	switch kind := KindOf(err); kind {
	case Internal, Unavailable, Upstream:
		return err
	default:
		return InvalidField(field, "%s", Message(err)).WithKind(kind)
	}
}
