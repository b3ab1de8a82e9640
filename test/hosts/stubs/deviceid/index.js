// Telemetry asks for the id of this machine. It is off here, and this machine's is nobody's business.
exports.getDeviceId = () => Promise.resolve('00000000-0000-4000-8000-000000000000');
