package v1

// JSON carries any value unread, as Flux's patch types embed it.
type JSON struct {
	Raw []byte `json:"-"`
}

// MarshalJSON writes the value as it was read.
func (j JSON) MarshalJSON() ([]byte, error) {
	if len(j.Raw) == 0 {
		return []byte("null"), nil
	}
	return j.Raw, nil
}

// UnmarshalJSON keeps the value as it is.
func (j *JSON) UnmarshalJSON(data []byte) error {
	if string(data) != "null" {
		j.Raw = append(j.Raw[:0], data...)
	}
	return nil
}

// DeepCopyInto copies the value.
func (j *JSON) DeepCopyInto(out *JSON) { out.Raw = append([]byte(nil), j.Raw...) }
