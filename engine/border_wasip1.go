// The border of the module to its host: frames of bytes in, JSON out. Knows no operation.

package main

import (
	"encoding/binary"
	"unsafe"
)

// The border to the host. A request is a frame of bytes: the length of its JSON as uint32 in little endian, the JSON
// (`{"op":"substitute",…}`, its first key is op), and then to the end of the frame the attachment, which may be empty. The host
// calls reserve for the address to write the frame to, then handle, and reads the reply from the address and length packed in
// the result: JSON again, `{"reply":…}` or `{"error":"…"}`. The views of the host on the memory must be taken anew after each
// call, for the memory may have grown. Both buffers are held here until the next call, so that the collector leaves them.
var frame, reply []byte

//go:wasmexport reserve
func reserve(length uint32) uint32 {
	reply = nil
	frame = make([]byte, max(length, 1))
	return address(frame)
}

// handle answers the frame of that many bytes: the address of the reply in the upper 32 bits, its length in the lower.
//
//go:wasmexport handle
func handle(length uint32) uint64 {
	request, attachment, ok := split(frame[:min(int(length), len(frame))])
	if ok {
		reply = answer(request, attachment)
	} else {
		reply = []byte(`{"error":"malformed frame"}`)
	}
	frame = nil
	return uint64(address(reply))<<32 | uint64(len(reply))
}

func split(frame []byte) (request, attachment []byte, ok bool) {
	if len(frame) < 4 {
		return nil, nil, false
	}
	length, rest := binary.LittleEndian.Uint32(frame), frame[4:]
	if uint64(length) > uint64(len(rest)) {
		return nil, nil, false
	}
	return rest[:length], rest[length:], true
}

func address(buffer []byte) uint32 {
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(buffer))))
}
