/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __DAX_PMEM_OWNER_H__
#define __DAX_PMEM_OWNER_H__

struct dev_dax;
struct dev_dax_owner;
struct dev_pagemap;
struct device;
struct nd_dax;
struct range;

struct dev_dax_owner *devm_dax_pmem_owner(struct nd_dax *nd_dax,
					  struct dev_pagemap *pgmap,
					  const struct range *data);
int devm_dax_pmem_watch(struct device *dev, struct dev_dax *dev_dax);
void dax_pmem_revalidate(struct nd_dax *nd_dax);

#endif /* __DAX_PMEM_OWNER_H__ */
