// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

/* One NVDIMM without interleave: the offset in the region. */
SCENARIO("a physical address is translated to the NVDIMM's own", .on = NFIT)
{
	uint64_t base = region_base(), size = region_size();
	struct translation t;

	EQUAL("status", translate(base, &t), DSM_OK);
	EQUAL("devices", t.devices, 1);
	EQUAL("handle", t.handle, 1);
	EQUAL("dpa", t.dpa, 0);
	EQUAL("length", t.length, size);
	EQUAL("status", translate(base + 0x12345, &t), DSM_OK);
	EQUAL("dpa", t.dpa, 0x12345);
	EQUAL("length", t.length, size - 0x12345);
	EQUAL("last byte", translate(base + size - 1, &t), DSM_OK);
	EQUAL("dpa", t.dpa, size - 1);
	EQUAL("length", t.length, 1);
	EQUAL("behind", translate(base + size, &t), DSM_INVALID);
	EQUAL("before", translate(base - 1, &t), DSM_INVALID);
}
