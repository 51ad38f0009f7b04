<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:output indent="yes"/>
<xsl:template match="/bill"><invoice><xsl:for-each select="*"><xsl:sort select="name()"/><line key="{name()}"><xsl:value-of select="."/></line></xsl:for-each></invoice></xsl:template>
</xsl:stylesheet>
